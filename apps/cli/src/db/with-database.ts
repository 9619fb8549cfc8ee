import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { loadConfig, readEnvironment } from '@sfm/config';
import { MIGRATIONS } from '@sfm/migrations';
import { createDataSource, EmbeddedPostgres, resolveConnection, STORAGE_ENTITIES, type PostgresConnection } from '@sfm/storage';

/** Runs `work` on the database that the service would use; an embedded PostgreSQL is started for it and stopped again. */
export async function withDatabase(work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const { database, service } = loadConfig(readEnvironment());
  if (database.url !== undefined) {
    const tls = {
      mode: database.sslMode,
      rootCertFile: database.sslRootCertFile,
      certFile: database.sslCertFile,
      keyFile: database.sslKeyFile,
    };
    return withDataSource(await resolveConnection(database.url, tls), work);
  }
  const logger = { log: () => {}, warn: console.error, error: console.error };
  const embedded = new EmbeddedPostgres({ dataDir: resolve(service.dataDir), logger });
  const { host, port, user, password, database: name } = await embedded.start();
  try {
    await withDataSource({ host, port, user, password, database: name, ssl: false }, work);
  } finally {
    await embedded.stop();
  }
}

async function withDataSource(connection: PostgresConnection, work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const dataSource = createDataSource({ connection, entities: STORAGE_ENTITIES, migrations: MIGRATIONS, pool: { size: 2 } });
  await dataSource.initialize();
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
