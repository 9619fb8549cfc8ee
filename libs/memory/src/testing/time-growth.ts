const GROWTH = 16;
/** Between what is linear (16) and what is quadratic (256), as far from one as from the other. */
export const LINEAR_GROWTH = 64;
const MIN_ROUNDS = 3;
const MAX_ROUNDS = 20;
/** Shorter times say more about the machine than about the work. */
const SHORTEST_MS = 0.25;

/**
 * How many times longer `work` takes for sixteen times the size. It is compared with sixteen times the work, one after the
 * other: a collection of garbage or a busy machine meets both alike, where a short run would slip through between. The best
 * of several rounds counts, and of more where they look worse than linear. Awaits a promise.
 */
export async function timeGrowth(work: (size: number) => unknown, size: number): Promise<number> {
  let small = Infinity;
  let large = Infinity;
  let growth = Infinity;
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    small = Math.min(small, (await timeOf(work, size, GROWTH)) / GROWTH);
    large = Math.min(large, await timeOf(work, size * GROWTH, 1));
    growth = Math.max(large, SHORTEST_MS) / Math.max(small, SHORTEST_MS / GROWTH);
    if (round >= MIN_ROUNDS && growth < LINEAR_GROWTH / 2) break;
  }
  return growth;
}

async function timeOf(work: (size: number) => unknown, size: number, times: number): Promise<number> {
  const startedMs = performance.now();
  for (let time = 0; time < times; time += 1) await work(size);
  return performance.now() - startedMs;
}
