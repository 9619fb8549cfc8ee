import type { Namespace } from '../model/namespace.js';

/** Knows which memories of the service's own making quote others. */
export abstract class QuotingMemories {
  /** Returns the keys of the memories that quote one of those at the given keys. */
  abstract quoting(namespace: Namespace, keys: readonly string[], now: Date): Promise<readonly string[]>;
}
