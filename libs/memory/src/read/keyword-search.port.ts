import type { Memory, MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ValidityQuery } from '../model/validity.js';
import type { ListPosition } from './list-position.js';

export interface KeywordQuery {
  readonly term: string;
  /** A whole string field equals the term; otherwise a string field contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
  readonly limit: number;
  readonly type?: MemoryType;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  /** Continue with memories before this place; from the newest on when omitted. */
  readonly before?: ListPosition;
}

/** A query of given memories. */
export interface KeywordLookup extends Pick<KeywordQuery, 'term' | 'exact' | 'caseSensitive' | 'type' | 'valid'> {
  readonly keys: readonly string[];
}

export interface KeywordPage {
  readonly memories: readonly Memory[];
  /** `before` of the next page; undefined when everything has been looked at, or enough was found. */
  readonly next?: ListPosition;
}

/** Finds memories by exact text in their payloads. Deleted and expired ones are never returned. */
export abstract class KeywordSearch {
  /**
   * Returns memories with a payload string (at any depth) that satisfies the query, newest first. A page looks at a
   * bounded number of memories, so it may be short or empty and still not be the last.
   */
  abstract search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<KeywordPage>;

  /** Returns those of the given memories that satisfy the query, in any order. */
  abstract among(namespace: Namespace, query: KeywordLookup, now: Date): Promise<readonly Memory[]>;
}
