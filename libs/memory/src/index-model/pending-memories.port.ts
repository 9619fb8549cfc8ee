import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** A committed change that is not yet in the indexes. */
export interface PendingVersion {
  readonly key: string;
  readonly version: number;
  readonly deleted: boolean;
}

/** How far the indexes are behind the truth. */
export interface IndexLag {
  /** Memories with committed changes that are not in the indexes yet; of more than 100,000 as many. */
  readonly events: number;
  /** Age of the oldest of these changes; 0 when there is none. */
  readonly seconds: number;
}

/** Reads committed but not yet indexed memories, for the overlay. */
export abstract class PendingMemories {
  /** Lists a namespace's pending changes at this instant, newest first; with `limit`, only that many. */
  abstract versions(namespace: Namespace, limit?: number): Promise<readonly PendingVersion[]>;

  /** Counts what `versions` would return without a limit. */
  abstract count(namespace: Namespace): Promise<number>;

  /** Tells how many there are, and how old the oldest is. */
  abstract lag(namespace: Namespace): Promise<IndexLag>;

  /**
   * Reads the current contents of the given keys (possibly newer than requested; keys that no longer exist are left
   * out).
   */
  abstract load(namespace: Namespace, keys: readonly string[]): Promise<readonly PendingMemory[]>;
}

/** A pending memory with the additional data that indexes need. */
export interface PendingMemory {
  readonly memory: Memory;
  /** That is stored with it: it came along with the memory. Absent when it is to be computed. */
  readonly embedding?: { readonly space: string; readonly vector: Float32Array };
  readonly searchedText: string;
  readonly session: string | null;
}
