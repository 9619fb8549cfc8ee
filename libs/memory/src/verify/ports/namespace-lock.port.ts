import type { Namespace } from '../../model/namespace.js';

/** Keeps work on a namespace that must not run twice at a time to one process. */
export abstract class NamespaceLock {
  /**
   * Runs `work` while holding the lock. The lock goes when the process dies. `work` is given a signal that aborts when
   * the lock was lost.
   *
   * @throws NamespaceBusyError at once when somebody else holds it.
   */
  abstract hold<T>(namespace: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}
