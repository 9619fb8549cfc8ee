import type { Memory, MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import type { ValidityQuery } from '../model/validity.js';

export interface SelectionQuery {
  /** Memories of either type when omitted. */
  readonly type?: MemoryType;
  /** Only memories that hold then; all when absent. */
  readonly valid?: ValidityQuery;
  readonly limit: number;
}

/** Selects memories by what they are among all. Deleted and expired ones are never included. */
export abstract class MemorySelection {
  /** Returns the memories that were created last, newest first. */
  abstract recent(namespace: Namespace, query: SelectionQuery, now: Date): Promise<readonly Memory[]>;

  /** Returns those with the highest importance, an absent one counting as 0; of two as important, the older first. */
  abstract important(namespace: Namespace, query: SelectionQuery, now: Date): Promise<readonly Memory[]>;

  /** Returns a random sample in random order: every set of so many memories is as likely. All, when there are fewer. */
  abstract sample(namespace: Namespace, query: SelectionQuery, now: Date): Promise<readonly Memory[]>;
}
