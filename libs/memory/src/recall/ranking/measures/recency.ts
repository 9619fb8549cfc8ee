const DAY_MS = 86_400_000;

/** Returns 1 for now and the future, halved with each half-life of age. */
export function recency(timeMs: number, nowMs: number, halfLifeDays: number): number {
  const ageDays = Math.max(0, nowMs - timeMs) / DAY_MS;
  return 0.5 ** (ageDays / halfLifeDays);
}
