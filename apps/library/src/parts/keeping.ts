import type { LifecycleReport, LockedWork } from '@sfm/memory';
import type { Core } from './part.js';

const DEFAULT_TIMEOUT_SECONDS = 10;

/** A lock that is held. */
export interface Lock {
  /** Grows with every hold of a name: a store that remembers it can refuse whoever held the lock before. */
  readonly token: number;
  /** Ends the hold; false when it was over already. */
  release(): Promise<boolean>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Keeps memories by the rules that are set, and keeps others away while something is done. */
export class Keeping {
  constructor(private readonly core: Core) {}

  /** Applies expiry, retention and decay at once, in the order in which the scheduler does. */
  run(): Promise<LifecycleReport> {
    const { system, namespace } = this.core;
    return system.lifecycle.run(namespace);
  }

  async acquireLock(name: string, timeout = DEFAULT_TIMEOUT_SECONDS): Promise<Lock> {
    const { system, namespace } = this.core;
    const { owner, token } = await system.locks.acquire(namespace, { name, ttlSeconds: timeout, waitSeconds: timeout });
    const release = () => system.locks.release(namespace, { name, owner, token });
    return {
      token,
      release,
      [Symbol.asyncDispose]: async () => {
        await release();
      },
    };
  }

  withLock<T>(name: string, work: (lock: LockedWork) => Promise<T>, timeout = DEFAULT_TIMEOUT_SECONDS): Promise<T> {
    const { system, namespace } = this.core;
    return system.locks.withLock(namespace, { name, waitSeconds: timeout }, work);
  }
}
