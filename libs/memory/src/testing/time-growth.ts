const GROWTH = 16;
/** Between what is linear (16) and what is quadratic (256), as far from one as from the other. */
export const LINEAR_GROWTH = 64;
const MIN_ROUNDS = 3;
const MAX_ROUNDS = 20;
/** Shorter times say more about the machine than about the work. */
const SHORTEST_MS = 0.25;

/**
 * How many times longer `work` takes for sixteen times the size. The best of several rounds counts, and of more where
 * they look worse than linear: a busy machine makes single rounds longer, and none of them shorter. Awaits a promise.
 */
export async function timeGrowth(work: (size: number) => unknown, size: number): Promise<number> {
  let small = Infinity;
  let large = Infinity;
  let growth = Infinity;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    small = Math.min(small, await timeOf(work, size));
    large = Math.min(large, await timeOf(work, size * GROWTH));
    growth = Math.max(large, SHORTEST_MS) / Math.max(small, SHORTEST_MS);
    if (round >= MIN_ROUNDS && growth < LINEAR_GROWTH / 2) break;
  }
  return growth;
}

async function timeOf(work: (size: number) => unknown, size: number): Promise<number> {
  const startedMs = performance.now();
  await work(size);
  return performance.now() - startedMs;
}
