import type { OverlayOptions, PayloadFields, RankingOptions } from '@sfm/memory';

/** What one call may ask for. Beyond it the call is refused and nothing of it is done. */
export interface LimitsOptions {
  /** Levels of objects and lists in a payload. @default 32 */
  readonly maxDepth?: number;
  /** Size of a payload as JSON in UTF-8, in bytes. @default 1048576 */
  readonly maxBytes?: number;
  /** Numbers in one coordinate. @default 64 */
  readonly maxDimensions?: number;
  /** Memories in one bulk call. @default 1000 */
  readonly maxBulkItems?: number;
  /** Memories that one query may ask for. @default 1000 */
  readonly maxTopK?: number;
}

export type MemoryLimits = Required<LimitsOptions>;

/** How single writes of concurrent calls are grouped. */
export interface BatchingOptions {
  /** Most writes that are committed together; 1 gives each a transaction of its own. @default 64 */
  readonly maxBatch?: number;
  /** Batches that are committed at once. @default 3, and without grouping as many as there are connections */
  readonly maxInFlight?: number;
  /** Writes that may wait; beyond it callers are refused at once. @default 20000 */
  readonly maxQueued?: number;
}

/** How memories are found. */
export interface RecallingOptions {
  /** @default DEFAULT_RANKING */
  readonly ranking?: RankingOptions;
  /** Most of what is not indexed yet that one recall looks through by itself. @default as `overlayBounds` says */
  readonly overlay?: Partial<OverlayOptions>;
  /** How long a recall waits for an index that is still being loaded, in milliseconds. @default 15000 */
  readonly warmupWaitMs?: number;
}

/** How memories are read. */
export interface ReadingOptions {
  /** How long accesses gather before they are noted, in milliseconds. @default 2000 */
  readonly accessDelayMs?: number;
}

export const DEFAULT_LIMITS: MemoryLimits = {
  maxDepth: 32,
  maxBytes: 1024 * 1024,
  maxDimensions: 64,
  maxBulkItems: 1000,
  maxTopK: 1000,
};

/** Of each kind the first field that is present counts; of the texts, all. */
export const DEFAULT_FIELDS: PayloadFields = {
  text: [
    'text', 'content', 'task', 'fact', 'what', 'headline', 'title', 'summary', 'description', 'message', 'body', 'note',
  ], // prettier-ignore
  session: ['session_id', 'session', 'conversation_id', 'thread_id'],
  source: ['speaker', 'source', 'author', 'role', 'user'],
  time: ['timestamp', 'occurred_at', 'datetime', 'date', 'time', 'ts', 'created_at'],
};
