import type { Namespace } from '../model/namespace.js';

/** Keeps how often and when memories were last given back. */
export abstract class AccessCounter {
  /** Notes that these memories were given back, once each. Best effort; never changes `version`. */
  abstract touch(namespace: Namespace, keys: readonly string[], now: Date): Promise<void>;
}
