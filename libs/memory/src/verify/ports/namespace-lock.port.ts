import type { Namespace } from '../../model/namespace.js';

/** Ensures that only one process at a time does exclusive work on a namespace. */
export abstract class NamespaceLock {
  /**
   * Runs `work` while holding the lock, which is released if the process dies. `work` gets a signal that aborts when
   * the lock is lost.
   *
   * @throws NamespaceBusyError at once when another process holds it.
   */
  abstract hold<T>(namespace: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}
