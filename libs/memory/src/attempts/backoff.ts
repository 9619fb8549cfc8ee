export interface BackoffLimits {
  /** After the first failure, in milliseconds. */
  readonly minMs: number;
  /** However many failures, in milliseconds. */
  readonly maxMs: number;
  /** The share of a pause that is chance, 0 to 1, so that those who failed together do not come back together. */
  readonly jitter: number;
}

/** Doublings beyond this many reach any limit. */
const MAX_DOUBLINGS = 30;

/**
 * How long to wait after the given number of failures in a row, from 1, in whole milliseconds: doubles with each of them
 * up to the limit; chance only shortens it.
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
