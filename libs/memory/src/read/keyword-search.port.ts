import type { Memory, MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

export interface KeywordQuery {
  readonly term: string;
  /** A whole string field equals the term; otherwise a string field contains it. */
  readonly exact: boolean;
  readonly caseSensitive: boolean;
  readonly limit: number;
  readonly type?: MemoryType;
}

/** Finds memories by what their payloads say, letter by letter. Deleted and expired ones do not exist for it. */
export abstract class KeywordSearch {
  /** Memories one of whose payload strings (any depth) satisfies the query, newest first. */
  abstract search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<readonly Memory[]>;
}
