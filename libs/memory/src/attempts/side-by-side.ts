import { throwIfEnded } from './request-budget.js';

/**
 * Works on all items, at most so many at once, and returns the results in their order. After the first failure, and when
 * the current request ends, it starts no further ones.
 *
 * @throws the first failure; RequestEndedError
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (hasFailed) return;
      try {
        throwIfEnded();
        results[index] = await work(item);
      } catch (failure) {
        hasFailed = true;
        throw failure;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return results;
}
