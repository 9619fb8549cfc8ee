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

/** Which neighbours are wanted. */
export interface NeighbourQuery {
  /** How many on each side are looked at, whether they match the filter or not. */
  readonly reach: number;
  readonly filter: MemoryFilter | undefined;
}

/** Reads what surrounds candidates, from the truth. */
export abstract class ContextReader {
  /**
   * The memories up to `reach` before and after each key within the same session (memories without one have none) that
   * match the filter. Live memories only, which also alone count as a step.
   *
   * @throws InvalidRequestError for text in the filter that the truth cannot hold
   */
  abstract sessionNeighbours(
    namespace: string,
    keys: readonly string[],
    query: NeighbourQuery,
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
