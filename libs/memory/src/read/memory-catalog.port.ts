import type { MemoryFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

export interface ListQuery {
  readonly filter?: MemoryFilter;
  /** Return memories after this `Memory.id`, ascending. */
  readonly afterId?: number;
  readonly limit: number;
}

export interface MemoryCounts {
  readonly total: number;
  readonly episodic: number;
  readonly semantic: number;
}

/** Lists and counts memories. Deleted and expired ones are never included. */
export abstract class MemoryCatalog {
  /** Returns one page in creation order, filter pushed down; semantics of `matchesFilter`. */
  abstract list(namespace: Namespace, query: ListQuery, now: Date): Promise<readonly Memory[]>;

  /** Counts live memories by type, in one namespace, or in all when none is given. */
  abstract counts(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts>;
}
