import { resolve } from 'node:path';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  EmbeddedPostgres,
  findRunningPostgres,
  resolveConnection,
  STORAGE_ENTITIES,
  type EmbeddedPostgresLogger,
  type PostgresConnection,
} from '@sfm/storage';
import type { Truth } from './open-truth.js';
import type { TruthOptions } from './truth-options.js';
import { PLAIN_WORDING } from './truth-wording.js';
import { explainRefusal } from './when-reachable.js';

/** Pool size of an administrative process. */
const POOL_SIZE = 2;

/**
 * Runs `work` on the database of a memory system, at any schema version. Connects to an embedded PostgreSQL that is
 * already running, alongside its service; otherwise starts it for the work and stops it afterwards.
 *
 * @param logger receives the problems of a PostgreSQL that is started here
 */
export async function withDatabase(
  truth: TruthOptions,
  logger: EmbeddedPostgresLogger,
  work: (dataSource: Truth['dataSource']) => Promise<void>,
): Promise<void> {
  await withConnection(truth, logger, (connection) => withDataSource(connection, truth, work));
}

/** Like `withDatabase`, but `work` opens the connection. `isOwned` is true when no other process can use the database. */
export async function withConnection<T>(
  truth: TruthOptions,
  logger: EmbeddedPostgresLogger,
  work: (connection: PostgresConnection, isOwned: boolean) => Promise<T>,
): Promise<T> {
  if (truth.kind === 'server') return work(await resolveConnection(truth.directUrl ?? truth.url, truth.tls), false);
  const dataDir = resolve(truth.dataDir);
  const running = await findRunningPostgres(dataDir);
  if (running) return work(running, false);
  const embedded = new EmbeddedPostgres({ dataDir, logger });
  const { host, port, user, password, database } = await embedded.start();
  try {
    return await work({ host, port, user, password, database, ssl: false }, true);
  } finally {
    await embedded.stop();
  }
}

/** Connection to the PostgreSQL in the options; undefined for an embedded one that is not running. */
export async function runningDatabase(truth: TruthOptions): Promise<PostgresConnection | undefined> {
  if (truth.kind === 'server') return resolveConnection(truth.directUrl ?? truth.url, truth.tls);
  return findRunningPostgres(resolve(truth.dataDir));
}

/** Runs `work` on the database of the connection. @throws Error with the reason when PostgreSQL refuses access */
export async function withDataSource(
  connection: PostgresConnection,
  { wording = PLAIN_WORDING }: Pick<TruthOptions, 'wording'>,
  work: (dataSource: Truth['dataSource']) => Promise<void>,
): Promise<void> {
  const dataSource = createDataSource({
    connection,
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    pool: { size: POOL_SIZE },
  });
  await dataSource.initialize().catch((error: unknown) => {
    throw explainRefusal(error, wording);
  });
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
