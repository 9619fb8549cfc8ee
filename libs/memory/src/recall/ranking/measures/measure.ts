import type { CandidateContent } from '../../../index-model/index-point.js';
import type { PayloadFields } from '../../../model/payload-fields.js';
import type { RecallRequest } from '../../contract/recall.types.js';
import type { Proposals } from '../../lanes/lane.js';
import type { ExplainedScore } from './explained-score.js';

/** Everything the order of hits depends on. */
export interface RankingInput {
  readonly request: RecallRequest;
  readonly proposals: Proposals;
  /** Candidates and neighbours that match the filter. */
  readonly contents: readonly CandidateContent[];
  readonly fields: PayloadFields;
  readonly now: Date;
  /** Tells how important a raw importance is, 0..1. @default what the memory says of itself, as of when it was written */
  readonly norm?: ((importance: number) => number) | undefined;
}

/** Adds one group of signals of a candidate to its score. */
export type Measure = (content: CandidateContent, score: ExplainedScore) => void;
