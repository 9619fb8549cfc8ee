import type { MemoryFilter } from '../model/filter.js';
import type { Memory } from '../model/memory.js';

/** A memory near another one in the same session, by creation order. */
export interface SessionNeighbour {
  /** Key of the memory whose neighbourhood this is. */
  readonly of: string;
  readonly key: string;
  /** -1 is the memory just before `of` in its session, +1 just after. */
  readonly offset: number;
}

/** Reads what surrounds candidates, from the truth. */
export abstract class ContextReader {
  /**
   * Up to `reach` memories before and after each key within the same session (memories without one have none).
   * Live memories only.
   */
  abstract sessionNeighbours(
    namespace: string,
    keys: readonly string[],
    reach: number,
  ): Promise<readonly SessionNeighbour[]>;

  /** Current state of the given keys; deleted, expired and unknown ones are left out. Order is not defined. */
  abstract hydrate(namespace: string, keys: readonly string[], now: Date): Promise<readonly Memory[]>;

  /** Up to `limit` memories that match the filter, in creation order, whatever they say. */
  abstract list(
    namespace: string,
    filter: MemoryFilter | undefined,
    limit: number,
    now: Date,
  ): Promise<readonly Memory[]>;
}
