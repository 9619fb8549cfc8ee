import { isPermanent, isTransient, reasonOf } from '../../model/failures.js';

/** An item that fails by itself, and why. */
export interface Poisoned<Item> {
  readonly item: Item;
  readonly reason: string;
  /** True when it can never be applied: trying it again is of no use. */
  readonly isPermanent: boolean;
}

/**
 * Applies a batch as a whole; if that fails, halves it repeatedly until the failing items stand alone (bisection).
 * Order is kept. Resolves with the items that failed alone; all others are applied.
 *
 * @throws any transient error of `apply`: retry the whole batch later.
 */
export async function applyIsolating<Item>(
  items: readonly Item[],
  apply: (items: readonly Item[]) => Promise<void>,
): Promise<readonly Poisoned<Item>[]> {
  if (items.length === 0) return [];
  try {
    await apply(items);
    return [];
  } catch (error) {
    if (isTransient(error)) throw error;
    if (items.length === 1) {
      return items.map((item) => ({ item, reason: reasonOf(error), isPermanent: isPermanent(error) }));
    }
    const middle = Math.ceil(items.length / 2);
    const first = await applyIsolating(items.slice(0, middle), apply);
    return [...first, ...(await applyIsolating(items.slice(middle), apply))];
  }
}
