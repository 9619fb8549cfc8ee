import { realpath } from 'node:fs/promises';
import type { PostgresConnection } from '../postgres/connection/connection.js';
import { clusterDirOf, readCredentials } from './cluster.js';
import { EMBEDDED_HOST } from './postmaster.js';
import { postmasterLiveness, readPostmasterFile } from './postmaster-file.js';

/**
 * Returns the connection data of the embedded PostgreSQL running on a data folder, without taking it over; undefined
 * when none runs. For administration beside a running service.
 */
export async function findRunningPostgres(dataDir: string): Promise<PostgresConnection | undefined> {
  const clusterDir = await realpath(clusterDirOf(dataDir)).catch(() => undefined);
  if (clusterDir === undefined) return undefined;
  const file = await readPostmasterFile(clusterDir);
  if (file?.port === undefined || (await postmasterLiveness(clusterDir, file)) !== 'alive') return undefined;
  const { user, password, database } = await readCredentials(clusterDir);
  return { host: EMBEDDED_HOST, port: file.port, user, password, database, ssl: false };
}
