import type { OverlayOptions, PayloadFields, RankingOptions } from '@sfm/memory';

/** Limits of one call. A call beyond them is refused and has no effect. */
export interface LimitsOptions {
  /** Maximum nesting depth of a payload. @default 32 */
  readonly maxDepth?: number;
  /** Maximum payload size as UTF-8 JSON, in bytes. @default 1048576 */
  readonly maxBytes?: number;
  /** Maximum dimensions of a coordinate. @default 64 */
  readonly maxDimensions?: number;
  /** Maximum memories in one bulk call. @default 1000 */
  readonly maxBulkItems?: number;
  /** Maximum memories that one query may request. @default 1000 */
  readonly maxTopK?: number;
}

export type MemoryLimits = Required<LimitsOptions>;

/** How single writes from concurrent calls are batched. */
export interface BatchingOptions {
  /** Maximum writes committed together; 1 gives each its own transaction. @default 64 */
  readonly maxBatch?: number;
  /** Batches committed concurrently. @default 3, or the number of connections without batching */
  readonly maxInFlight?: number;
  /** Maximum queued writes; further calls are refused at once. @default 20000 */
  readonly maxQueued?: number;
}

/** Options of recall. */
export interface RecallingOptions {
  /** @default DEFAULT_RANKING */
  readonly ranking?: RankingOptions;
  /** Maximum memories not indexed yet that one recall searches directly. @default the result of `overlayBounds` */
  readonly overlay?: Partial<OverlayOptions>;
  /** How long work that needs whole indexes waits for them; recall a second of it at most. In milliseconds. @default 15000 */
  readonly warmupWaitMs?: number;
  /** How long a read waits for a write that its consistency token names, in milliseconds. @default 2000 */
  readonly visibilityWaitMs?: number;
}

/** Options of reads. */
export interface ReadingOptions {
  /** How long accesses are collected before they are recorded, in milliseconds. @default 2000 */
  readonly accessDelayMs?: number;
}

/** How memories leave whose `expiresAt` is past. */
export interface ExpiryOptions {
  /** Time between two sweeps that delete them, in milliseconds; 0 for none. @default 60000 */
  readonly intervalMs?: number;
}

export const DEFAULT_LIMITS: MemoryLimits = {
  maxDepth: 32,
  maxBytes: 1024 * 1024,
  maxDimensions: 64,
  maxBulkItems: 1000,
  maxTopK: 1000,
};

/** Recall uses the first field present of each kind, but all fields of `text`. */
export const DEFAULT_FIELDS: PayloadFields = {
  text: [
    'text', 'content', 'task', 'fact', 'what', 'headline', 'title', 'summary', 'description', 'message', 'body', 'note',
  ], // prettier-ignore
  session: ['session_id', 'session', 'conversation_id', 'thread_id'],
  source: ['speaker', 'source', 'author', 'role', 'user'],
  time: ['timestamp', 'occurred_at', 'datetime', 'date', 'time', 'ts', 'created_at'],
};
