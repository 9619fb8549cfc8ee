const FIRST_MS = 200;

/**
 * How long to wait before try `failures + 1`, in milliseconds: doubles with every failure up to the limit, and half of
 * it is chance, so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, maxMs: number, random: () => number = Math.random): number {
  const full = Math.min(maxMs, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
