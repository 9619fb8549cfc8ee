export interface BackoffLimits {
  /** Pause after the first failure, in milliseconds. */
  readonly minMs: number;
  /** Longest pause, in milliseconds. */
  readonly maxMs: number;
  /** Random share of a pause, 0 to 1, so that clients that failed together do not retry together. */
  readonly jitter: number;
}

/** More doublings than this reach any limit. */
const MAX_DOUBLINGS = 30;

/**
 * Returns the pause after the given number of consecutive failures (from 1), in whole milliseconds: it doubles with
 * each failure up to the limit; randomness only shortens it.
 *
 * Source: Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 */
export function backoffMs(
  failures: number,
  { minMs, maxMs, jitter }: BackoffLimits,
  random: () => number = Math.random,
): number {
  const longest = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
  return Math.round(longest * (1 - jitter + jitter * random()));
}
