const ROUNDS = 7;
const GROWTH = 4;
/** Shorter times say more about the machine than about the work. */
const SHORTEST_MS = 0.25;

/**
 * How many times longer `work` takes for four times the size: 4 when its time is linear, 16 when it is quadratic. The
 * best of several rounds counts, so that a busy machine changes little. Awaits a promise.
 */
export async function timeGrowth(work: (size: number) => unknown, size: number): Promise<number> {
  let small = Infinity;
  let large = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    small = Math.min(small, await timeOf(work, size));
    large = Math.min(large, await timeOf(work, size * GROWTH));
    if (large <= SHORTEST_MS) break;
  }
  return Math.max(large, SHORTEST_MS) / Math.max(small, SHORTEST_MS);
}

async function timeOf(work: (size: number) => unknown, size: number): Promise<number> {
  const startedMs = performance.now();
  await work(size);
  return performance.now() - startedMs;
}

/** More than noise adds to what is linear, and well below what is quadratic. */
export const LINEAR_GROWTH = 9;
