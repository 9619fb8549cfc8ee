import type { Coordinate } from '../model/coordinate.js';
import type { MemoryFilter } from '../model/filter.js';
import type { JsonObject } from '../model/json.js';
import type { Memory, MemoryType } from '../model/memory.js';

export interface ListQuery {
  readonly filter?: MemoryFilter;
  /** Return memories after this `Memory.id`, ascending. */
  readonly afterId?: number;
  readonly limit: number;
}

export interface CoordinateBox {
  readonly min: Coordinate;
  readonly max: Coordinate;
  readonly type?: MemoryType;
}

export interface KeywordQuery {
  readonly term: string;
  /** A whole string field equals the term; otherwise a string field contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
  readonly limit: number;
  readonly type?: MemoryType;
}

export interface MemoryCounts {
  readonly total: number;
  readonly episodic: number;
  readonly semantic: number;
}

/** A memory whose payload may have been left in the store. */
export type MemoryOutline = Omit<Memory, 'payload'> & { readonly payload: JsonObject | undefined };

/** Reads the current state of memories. Deleted and expired ones do not exist for it. */
export abstract class MemoryReader {
  abstract findByKeys(namespace: string, keys: readonly string[], now: Date): Promise<readonly Memory[]>;

  /**
   * As `findByKeys`, without the payloads that cost much to read: those the store keeps apart from their rows. Small ones
   * are always there.
   */
  abstract findOutlines(namespace: string, keys: readonly string[], now: Date): Promise<readonly MemoryOutline[]>;

  /** One page in creation order, filter pushed down; semantics of `matchesFilter`. */
  abstract list(namespace: string, query: ListQuery, now: Date): Promise<readonly Memory[]>;

  /** Coordinates inside an inclusive box, comparing only the leading dimensions both have; creation order. */
  abstract range(namespace: string, box: CoordinateBox, now: Date): Promise<readonly Coordinate[]>;

  /** Memories one of whose payload strings (any depth) satisfies the query, newest first. */
  abstract keywordSearch(namespace: string, query: KeywordQuery, now: Date): Promise<readonly Memory[]>;

  /** Live memories by type; of one namespace, or of all when none is given. */
  abstract counts(namespace: string | undefined, now: Date): Promise<MemoryCounts>;

  /** Notes that these memories were given back, once each. Best effort; never changes `version`. */
  abstract touch(namespace: string, keys: readonly string[], now: Date): Promise<void>;

  /** The newest raw importances of a namespace, for seeding its adaptive normalisation; newest last. */
  abstract recentImportances(namespace: string, limit: number): Promise<readonly number[]>;
}
