/** Result of one call against a limit. */
export interface RateLimitDecision {
  readonly allowed: boolean;
  /** Requests still allowed right now. */
  readonly remaining: number;
  /** Milliseconds until a counted request leaves the window and `remaining` grows; 0 when none is counted. */
  readonly resetMs: number;
  /** Milliseconds until a request would be allowed again; 0 when this one was. */
  readonly retryAfterMs: number;
}

/**
 * Counts requests by key over an exact sliding window: within any span of `windowMs` at most `limit` requests of one
 * key are allowed. Refused requests do not count. Concurrent calls never let more through.
 */
export abstract class RateLimiter {
  /**
   * Counts `cost` requests for `key`, all or none of them: none when that would exceed the limit. One that costs more than
   * the limit takes a whole window. `limit`, `windowMs` and `cost` are at least 1.
   */
  abstract consume(key: string, limit: number, windowMs: number, cost?: number): Promise<RateLimitDecision>;
}
