import { NamespaceBusyError, NamespaceLock, StoreUnavailableError, type Namespace } from '@sfm/memory';
import type { Client } from 'pg';
import { NAMESPACE_LOCK_CLASS } from '../connection/advisory-lock-keys.js';
import { translateDriverError } from '../connection/driver-errors.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** A session advisory lock on a connection of its own: PostgreSQL frees it when the process dies in any way. */
export class PostgresNamespaceLock extends NamespaceLock {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /**
   * @throws NamespaceBusyError at once when another session holds it; StoreUnavailableError when PostgreSQL is away.
   */
  async hold<T>(namespace: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const client = this.database.dedicatedClient();
    const lost = new AbortController();
    const lose = (cause?: unknown) =>
      lost.abort(new StoreUnavailableError(`the lock on namespace ${namespace} was lost`, { cause }));
    client.on('error', lose);
    client.on('end', () => lose());
    try {
      await take(client, namespace);
      return await work(lost.signal);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function take(client: Client, namespace: Namespace): Promise<void> {
  let isTaken: boolean;
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken', [
      NAMESPACE_LOCK_CLASS,
      namespace,
    ]);
    isTaken = rows[0]?.taken ?? false;
  } catch (error) {
    throw translateDriverError(error);
  }
  if (!isTaken) throw new NamespaceBusyError(namespace);
}
