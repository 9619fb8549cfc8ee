import type { MemoryFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ValidityQuery } from '../model/validity.js';
import type { ListPosition } from './list-position.js';

export interface ListQuery {
  readonly filter?: MemoryFilter;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /** Return memories after this place; from the oldest on when omitted. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface MemoryPage {
  readonly memories: readonly Memory[];
  /** `after` of the next page; undefined on the last one. */
  readonly next?: ListPosition;
}

export interface MemoryCounts {
  readonly total: number;
  readonly episodic: number;
  readonly semantic: number;
}

/** Lists and counts memories. Deleted and expired ones are never included. */
export abstract class MemoryCatalog {
  /**
   * Returns one page in creation order, filter pushed down; semantics of `matchesFilter`. The pages of a list hold every
   * matching memory whose write was acknowledged before the last page was read, each life of a memory once, and
   * `createdAt` never decreases. Not promised for memories that are dated back: those of other producers' events, and
   * restored ones.
   *
   * A page looks at a bounded number of memories and does not pass a write under way, so it may hold fewer than `limit`
   * memories, or none, and still not be the last.
   */
  abstract list(namespace: Namespace, query: ListQuery, now: Date): Promise<MemoryPage>;

  /**
   * Counts live memories by type, in one namespace, or in all when none is given. Exact as long as they are quickly
   * counted; the count of many may be some seconds old, and is an estimate until the first is complete.
   */
  abstract counts(namespace: Namespace | undefined, now: Date): Promise<MemoryCounts>;
}
