import {
  BusUnavailableError,
  EmbedderUnavailableError,
  IndexUnavailableError,
  StoreUnavailableError,
} from '../../model/errors.js';

/** An item that can never be applied, and why. */
export interface Poisoned<Item> {
  readonly item: Item;
  readonly reason: string;
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
      const reason = error instanceof Error ? error.message : String(error);
      return items.map((item) => ({ item, reason }));
    }
    const middle = Math.ceil(items.length / 2);
    const first = await applyIsolating(items.slice(0, middle), apply);
    return [...first, ...(await applyIsolating(items.slice(middle), apply))];
  }
}

/** Returns whether the same work may succeed later: a server is unavailable, the work itself is valid. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof StoreUnavailableError ||
    error instanceof EmbedderUnavailableError ||
    error instanceof IndexUnavailableError ||
    error instanceof BusUnavailableError
  );
}
