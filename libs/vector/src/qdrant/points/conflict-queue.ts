import type { Namespace } from '@sfm/memory';

interface Entry {
  /** undefined: all keys */
  readonly keys: ReadonlySet<string> | undefined;
  /** Resolves when the work has ended, successfully or not. */
  readonly ended: Promise<unknown>;
}

/**
 * Runs work of one namespace that touches the same keys one after the other, in the requested order; other work runs
 * concurrently.
 */
export class ConflictQueue {
  readonly #entries = new Map<string, Set<Entry>>();

  /**
   * Returns the result of the work; failed work does not block the work behind it.
   *
   * @param keys the keys the work touches; the whole namespace when absent
   */
  async run<T>(namespace: Namespace, work: () => Promise<T>, keys?: ReadonlySet<string>): Promise<T> {
    const entries = this.#entriesOf(namespace);
    const before = [...entries].filter((entry) => doConflict(entry.keys, keys)).map(({ ended }) => ended);
    const run = Promise.all(before).then(work);
    const entry = { keys, ended: run.catch(() => undefined) };
    entries.add(entry);
    try {
      return await run;
    } finally {
      entries.delete(entry);
      if (entries.size === 0) this.#entries.delete(namespace);
    }
  }

  #entriesOf(namespace: Namespace): Set<Entry> {
    const entries = this.#entries.get(namespace) ?? new Set();
    this.#entries.set(namespace, entries);
    return entries;
  }
}

function doConflict(some: ReadonlySet<string> | undefined, others: ReadonlySet<string> | undefined): boolean {
  if (some === undefined || others === undefined) return true;
  for (const key of some) if (others.has(key)) return true;
  return false;
}
