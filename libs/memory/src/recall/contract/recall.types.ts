import type { IndexLag } from '../../index-model/pending-memories.port.js';
import type { Coordinate } from '../../model/coordinate.js';
import type { MemoryFilter } from '../../model/filter.js';
import type { JsonObject } from '../../model/json.js';
import type { Memory } from '../../model/memory.js';
import type { ValidityChoice } from '../../model/validity.js';
import type { Explanation } from './explanation.js';
import type { RequestWeights } from './request-weights.js';
import type { WhyNot } from './why-not.js';

/** Query words with extra weight for payloads that contain them (existing clients call them hybrid terms). */
export interface KeywordBoost {
  readonly terms: readonly string[];
  /** Added to the score per matching term. */
  readonly boost: number;
  /** A whole string field equals the term; otherwise a string field contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
}

export interface RecallRequest {
  readonly query: string;
  /** 1 .. configured maximum; of no effect with `tokenBudget`. */
  readonly topK: number;
  /** As many of the best hits as fit into so many tokens, instead of `topK`. See `estimateTokens`. */
  readonly tokenBudget?: number;
  /** Hits that score less are left out. */
  readonly minScore?: number;
  /** Leaves of near duplicates the best one. `threshold`: share of shingles from which two count as one, @default 0.8 */
  readonly collapse?: { readonly threshold?: number };
  readonly filter?: MemoryFilter;
  /** Only what stands under these payload fields is searched for the words of the query. @default everything */
  readonly fields?: readonly string[];
  /** @default what is valid at present, without what was superseded */
  readonly validity?: ValidityChoice;
  /** `hybrid` (default): all lanes and context signals. `vector`: the vector lane alone. `lexical`: BM25 alone. */
  readonly mode?: 'hybrid' | 'vector' | 'lexical';
  /** Adds `weight × 0.5^(age / halfLifeDays)`. */
  readonly recency?: { readonly weight: number; readonly halfLifeDays: number };
  /** Adds `weight × norm` to memories that have an importance, by how importances compare now. */
  readonly importance?: { readonly weight: number };
  /** Other weights than the configured ones, for this request; only in hybrid mode. */
  readonly weights?: RequestWeights;
  readonly keywords?: KeywordBoost;
  /** The caller's circumstances: payloads that share its top-level values rank higher. */
  readonly context?: JsonObject;
  /** The moment that words for times such as "yesterday", and ages, are counted from. @default when it is answered */
  readonly askedAt?: Date;
  /** Whose calendar such words mean; a name that `isTimeZone` knows. @default UTC */
  readonly timeZone?: string;
  readonly explain?: boolean;
  /** Asks what kept the memory at this coordinate out of the hits. */
  readonly whyNot?: Coordinate;
}

export interface RecallHit {
  readonly memory: Memory;
  readonly score: number;
  /** Present only when requested. */
  readonly explanation?: Explanation;
  /** Estimated tokens of the payload; only with `tokenBudget`. */
  readonly tokens?: number;
  /** Its near duplicates, best first; only with `collapse`, and where there are any. */
  readonly collapsed?: readonly CollapsedHit[];
}

/** A hit that was left out because it says nearly the same as a better one. */
export interface CollapsedHit {
  readonly memory: Memory;
  readonly score: number;
  /** Share of shingles that both have, 0 to 1. */
  readonly similarity: number;
}

/** How a token budget was used. */
export interface TokenCount {
  readonly budget: number;
  /** Sum over the hits. */
  readonly used: number;
  /** Better hits that were left out because they did not fit. */
  readonly passedOver: number;
}

export interface RecallResult {
  /** Best first; of equals the newer one. */
  readonly hits: readonly RecallHit[];
  /** Lanes that could not answer, or not completely; empty when recall was complete. */
  readonly degraded: readonly string[];
  /** Only with `tokenBudget`. */
  readonly tokens?: TokenCount;
  /** How far the indexes were behind the truth; absent where none was searched. */
  readonly indexLag?: IndexLag;
  /** Present only when asked for. */
  readonly whyNot?: WhyNot;
}
