import type { Namespace } from '../model/namespace.js';

/** Stores how often and when memories were last returned. */
export abstract class AccessCounter {
  /** Records that these memories were returned, once each. Best effort; never changes `version`. */
  abstract touch(namespace: Namespace, keys: readonly string[], now: Date): Promise<void>;
}
