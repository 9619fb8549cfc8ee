import { backoffMs } from '@sfm/memory';

/** Number of retries, and the waits between them. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  /** Also limits the wait for `Retry-After`. */
  readonly maxDelayMs: number;
}

/**
 * Milliseconds to wait before retry number `attempt` (from 0): what the server asks for, else exponential backoff with
 * full jitter.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  { retryAfterMs, random = Math.random }: { readonly retryAfterMs?: number; readonly random?: () => number } = {},
): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, policy.maxDelayMs);
  return backoffMs(attempt + 1, { minMs: policy.baseDelayMs, maxMs: policy.maxDelayMs, jitter: 1 }, random);
}

/** A `Retry-After` header, seconds or an HTTP date, in milliseconds from `nowMs`; undefined when absent or unreadable. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
