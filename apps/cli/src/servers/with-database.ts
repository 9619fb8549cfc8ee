import { resolve } from 'node:path';
import { explainPostgresProblem, postgresTls } from '@sfm/composition';
import { loadConfig, readEnvironment, type AppConfig } from '@sfm/config';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  EmbeddedPostgres,
  findRunningPostgres,
  resolveConnection,
  STORAGE_ENTITIES,
  type PostgresConnection,
  type StorageModuleOptions,
} from '@sfm/storage';

/**
 * Runs `work` on the database that the service uses. An embedded PostgreSQL that is running is used beside the service;
 * one that is not is started for the work and stopped again.
 */
export async function withDatabase(
  work: (dataSource: StorageModuleOptions['dataSource']) => Promise<void>,
): Promise<void> {
  await withConnection(loadConfig(readEnvironment()), (connection) => withDataSource(connection, work));
}

/** As `withDatabase`, for work that connects by itself. `isOwned` is true when no other process can be at the database. */
export async function withConnection<T>(
  config: AppConfig,
  work: (connection: PostgresConnection, isOwned: boolean) => Promise<T>,
): Promise<T> {
  const { database, service } = config;
  if (database.url !== undefined) return work(await resolveConnection(database.url, postgresTls(config)), false);
  const dataDir = resolve(service.dataDir);
  const running = await findRunningPostgres(dataDir);
  if (running) return work(running, false);
  const logger = { log: () => {}, warn: console.error, error: console.error };
  const embedded = new EmbeddedPostgres({ dataDir, logger });
  const { host, port, user, password, database: name } = await embedded.start();
  try {
    return await work({ host, port, user, password, database: name, ssl: false }, true);
  } finally {
    await embedded.stop();
  }
}

/** Runs `work` on a database that is reached over the connection. */
export async function withDataSource(
  connection: PostgresConnection,
  work: (dataSource: StorageModuleOptions['dataSource']) => Promise<void>,
): Promise<void> {
  const dataSource = createDataSource({
    connection,
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    pool: { size: 2 },
  });
  await dataSource.initialize().catch((error: unknown) => {
    throw explainPostgresProblem(error);
  });
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
