import { resolve } from 'node:path';
import { postgresTls } from '@sfm/composition';
import { loadConfig, readEnvironment } from '@sfm/config';
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
  const config = loadConfig(readEnvironment());
  const { database, service } = config;
  if (database.url !== undefined) {
    return withDataSource(await resolveConnection(database.url, postgresTls(config)), work);
  }
  const dataDir = resolve(service.dataDir);
  const running = await findRunningPostgres(dataDir);
  if (running) return withDataSource(running, work);
  const logger = { log: () => {}, warn: console.error, error: console.error };
  const embedded = new EmbeddedPostgres({ dataDir, logger });
  const { host, port, user, password, database: name } = await embedded.start();
  try {
    await withDataSource({ host, port, user, password, database: name, ssl: false }, work);
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
  await dataSource.initialize();
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
