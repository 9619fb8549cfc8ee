import pg from 'pg';
import type { PostgresConnection } from './connection.js';

const PATIENCE = { connectionTimeoutMillis: 5000, query_timeout: 5000 } as const;

/**
 * Whether a pooler such as PgBouncer answers in place of the server: it makes up the number of the process that it tells at the
 * login, because which one works is decided anew for each transaction.
 *
 * @throws the driver's error when nobody answers or the login is refused
 */
export async function isPooler(connection: PostgresConnection): Promise<boolean> {
  const client = new pg.Client({ ...connection, ...PATIENCE });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return rows[0]?.pid !== Reflect.get(client, 'processID');
  } finally {
    await client.end().catch(() => undefined);
  }
}
