import { InvalidRequestError } from '../model/errors.js';

/** What makes two memories belong together. */
export const GROUNDS = ['similarity', 'session', 'links'] as const;
export type Ground = (typeof GROUNDS)[number];

/** What may be asked for. */
export const CONSOLIDATION_BOUNDS = {
  maxWindowSeconds: 366 * 86_400,
  maxSessionGapSeconds: 86_400,
  maxSources: 100,
  /** Memories that one run looks at. */
  maxLookedAt: 1000,
} as const;

/** Which memories become one. All of it decides the result: the same request over the same memories finds the same. */
export interface ClusterRules {
  readonly by: readonly Ground[];
  /** Cosine of the words of two texts, 0..1, from which they are similar. */
  readonly minSimilarity: number;
  /** Longest pause between two memories of one session that still belong together. */
  readonly sessionGapSeconds: number;
  /** Smaller clusters are left alone; 1 makes a memory of every single event. */
  readonly minSources: number;
  /** No cluster grows beyond. */
  readonly maxSources: number;
}

export interface ConsolidationRequest extends ClusterRules {
  /** Episodic memories created in so many seconds before `until` are looked at. */
  readonly windowSeconds: number;
  /** @default now */
  readonly until?: Date;
}

export const DEFAULT_CONSOLIDATION: ConsolidationRequest = {
  windowSeconds: 3600,
  by: GROUNDS,
  minSimilarity: 0.5,
  sessionGapSeconds: 300,
  minSources: 2,
  maxSources: 20,
};

/** @throws InvalidRequestError naming the field and what is allowed. */
export function checkConsolidation(request: ConsolidationRequest): void {
  const { maxWindowSeconds, maxSessionGapSeconds, maxSources } = CONSOLIDATION_BOUNDS;
  within('window_seconds', request.windowSeconds, [1, maxWindowSeconds]);
  within('min_similarity', request.minSimilarity, [0.05, 1]);
  within('session_gap_seconds', request.sessionGapSeconds, [0, maxSessionGapSeconds]);
  whole('max_sources', request.maxSources, [1, maxSources]);
  whole('min_sources', request.minSources, [1, request.maxSources]);
  if (request.by.length === 0 || request.by.some((ground) => !GROUNDS.includes(ground))) {
    throw new InvalidRequestError('by', `must name one or more of ${GROUNDS.join(', ')}`);
  }
  if (request.until !== undefined && !Number.isFinite(request.until.getTime())) {
    throw new InvalidRequestError('until', 'must be a time');
  }
}

type Range = readonly [least: number, most: number];

function within(field: string, value: number, [least, most]: Range): void {
  if (!(value >= least && value <= most)) throw new InvalidRequestError(field, `must be from ${least} to ${most}`);
}

function whole(field: string, value: number, [least, most]: Range): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new InvalidRequestError(field, `must be a whole number from ${least} to ${most}`);
  }
}
