import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** A committed change that the indexes do not have yet. */
export interface PendingVersion {
  readonly key: string;
  readonly version: number;
  readonly deleted: boolean;
}

/** Reads committed but not yet indexed memories, for the overlay. */
export abstract class PendingMemories {
  /** Those of a namespace at this instant, the newest change first; the `limit` newest when it is given. */
  abstract versions(namespace: Namespace, limit?: number): Promise<readonly PendingVersion[]>;

  /** How many `versions` would list without limit. */
  abstract count(namespace: Namespace): Promise<number>;

  /** Contents of the given keys as they are now (a newer version than asked for is fine; vanished ones are left out). */
  abstract load(namespace: Namespace, keys: readonly string[]): Promise<readonly PendingMemory[]>;
}

/** A pending memory with what indexes need beside it. */
export interface PendingMemory {
  readonly memory: Memory;
  readonly searchedText: string;
  readonly session: string | null;
}
