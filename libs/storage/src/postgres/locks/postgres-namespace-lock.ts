import { NamespaceBusyError, NamespaceLock, StoreUnavailableError, type Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { LockSession } from './lock-session.js';

/**
 * Session advisory locks on one connection for all of them: PostgreSQL frees them when the process dies in any way, and
 * however many callers ask at once, they take no more of its connections.
 */
export class PostgresNamespaceLock extends NamespaceLock {
  /** What a session holds, it may take again: who is at work in this process is known here. */
  private readonly held = new Set<Namespace>();
  private session: LockSession | undefined;

  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /**
   * @throws NamespaceBusyError at once when somebody else holds it; StoreUnavailableError when PostgreSQL is away.
   */
  async hold<T>(namespace: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.held.has(namespace)) throw new NamespaceBusyError(namespace);
    this.held.add(namespace);
    const session = this.sharedSession();
    session.holders += 1;
    const lost = new AbortController();
    const stop = session.onLost((cause) =>
      lost.abort(new StoreUnavailableError(`the lock on namespace ${namespace} was lost`, { cause })),
    );
    try {
      if (!(await session.take(namespace))) throw new NamespaceBusyError(namespace);
      return await work(lost.signal);
    } finally {
      stop();
      await session.free(namespace);
      this.held.delete(namespace);
      session.holders -= 1;
      if (session.holders === 0) {
        if (this.session === session) this.session = undefined;
        session.close();
      }
    }
  }

  private sharedSession(): LockSession {
    if (this.session === undefined || this.session.isLost)
      this.session = new LockSession(this.database.dedicatedClient());
    return this.session;
  }
}
