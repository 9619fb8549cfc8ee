import { findRunningPostgres } from '@sfm/storage';
import pg from 'pg';
import { waitFor } from '../../services/lifetime/wait-for.js';
import type { RunningService } from './running-service.js';

/** Looks into a running service's database. */
export async function queryTruth<T extends pg.QueryResultRow>(
  service: RunningService,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const connection = await findRunningPostgres(service.dataDir);
  if (!connection) throw new Error(`no PostgreSQL runs on ${service.dataDir}`);
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Resolves when every write is published and indexed. */
export async function caughtUp(service: RunningService): Promise<void> {
  await waitFor(
    async () => {
      const [row] = await queryTruth<{ behind: number }>(
        service,
        `SELECT (SELECT count(*) FROM outbox WHERE parked_at IS NULL)::int
              + (SELECT count(*) FROM memories WHERE indexed_version < version)::int AS behind`,
      );
      return row?.behind === 0;
    },
    { what: () => 'the index to catch up' },
  );
}
