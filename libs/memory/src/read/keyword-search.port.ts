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

/** Finds memories by exact text in their payloads. Deleted and expired ones are never returned. */
export abstract class KeywordSearch {
  /** Returns memories with a payload string (at any depth) that satisfies the query, newest first. */
  abstract search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<readonly Memory[]>;
}
