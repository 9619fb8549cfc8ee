import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ListQuery, MemoryPage } from '../read/memory-catalog.port.js';

/** What is asked about the past. */
export interface PastMoment {
  /** The moment whose memories are wanted: as reads would have found them then. */
  readonly at: Date;
  /** The present: memories that have been deleted or have expired until now are left out. */
  readonly now: Date;
}

/**
 * Reads memories as they were known at a moment: the newest version written until then, if it was live then. Only the
 * memories that live now are returned; access figures are not part of the past, so they are those of a new memory.
 *
 * An answer does not change later, though writes are under way: those of that moment are waited for, a second at most.
 */
export abstract class PastMemories {
  /** Returns when the first change of the namespace was noted; undefined when there is none. */
  abstract beginning(namespace: Namespace): Promise<Date | undefined>;

  abstract findByKeys(namespace: Namespace, keys: readonly string[], moment: PastMoment): Promise<readonly Memory[]>;

  /** As `MemoryCatalog.list`; the filter is applied to what was known. */
  abstract list(namespace: Namespace, query: ListQuery, moment: PastMoment): Promise<MemoryPage>;
}
