import type { FollowedPath } from './followed-path.js';

/** One term of the score: `contribution = weight × value`. */
export interface ScoreContribution {
  /** Name of the signal, e.g. `lexical`, `vector`, `session`, `source`, `date`, `recency`, `importance`. */
  readonly signal: string;
  readonly value: number;
  readonly weight: number;
  readonly contribution: number;
}

/** The hit in one lane: its rank from 1 and the lane's own signal (BM25 score, cosine, or see `FollowedPath`). */
export interface LaneExplanation {
  readonly lane: string;
  readonly rank: number;
  readonly signal: number;
  /** The links along which the lane came to it; absent where it follows none. */
  readonly path?: FollowedPath;
}

/** The score is the sum of the contributions, to 1e-6. */
export interface Explanation {
  readonly lanes: readonly LaneExplanation[];
  /** True when the memory was not yet indexed and was scored from the truth. */
  readonly overlay: boolean;
  readonly contributions: readonly ScoreContribution[];
}
