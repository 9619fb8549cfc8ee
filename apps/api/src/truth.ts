import type { AppConfig } from '@sfm/config';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  EmbeddedPostgres,
  MigrationRunner,
  resolveConnection,
  STORAGE_ENTITIES,
  type PostgresConnection,
  type StorageModuleOptions,
} from '@sfm/storage';
import type { StructuredLogger } from '@sfm/observability';
import { resolve } from 'node:path';

/** The opened truth store: connected, migrated, and held by this process alone when it is embedded. */
export interface Truth {
  readonly dataSource: StorageModuleOptions['dataSource'];
  readonly connection: PostgresConnection;
  /** Where the memories are, for people. */
  readonly location: string;
  /** Notes where this service answers, for a second instance that is refused. */
  announce(url: string): Promise<void>;
  /** Closes connections, then stops what `openTruth` started. */
  close(): Promise<void>;
}

/**
 * Connects to `POSTGRES_URL`, or starts PostgreSQL in the data folder, and applies migrations.
 *
 * @throws with a message for operators: data folder in use, no access, server unreachable.
 */
export async function openTruth(config: AppConfig, logger: StructuredLogger, onLost: () => void): Promise<Truth> {
  const { url, sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = config.database;
  if (url !== undefined) {
    const tls = { mode: sslMode, rootCertFile: sslRootCertFile, certFile: sslCertFile, keyFile: sslKeyFile };
    const connection = await resolveConnection(url, tls);
    const location = `PostgreSQL ${connection.database} at ${connection.host}:${connection.port}`;
    return connect(config, logger, {
      connection,
      location,
      announce: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    });
  }
  const dataDir = resolve(config.service.dataDir);
  const embedded = new EmbeddedPostgres({
    dataDir,
    logger,
    onInstanceLockLost: onLost,
  });
  const { host, port, user, password, database } = await embedded.start();
  const connection = { host, port, user, password, database, ssl: false } as const;
  const server = {
    connection,
    location: dataDir,
    announce: (at: string) => embedded.announce(at),
    stop: () => embedded.stop(),
  };
  try {
    return await connect(config, logger, server);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

interface Server {
  readonly connection: PostgresConnection;
  readonly location: string;
  announce(url: string): Promise<void>;
  stop(): Promise<void>;
}

async function connect({ database }: AppConfig, logger: StructuredLogger, server: Server): Promise<Truth> {
  const dataSource = createDataSource({
    connection: server.connection,
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    pool: {
      size: database.poolSize,
      connectTimeoutMs: database.connectTimeoutMs,
      statementTimeoutMs: database.statementTimeoutMs,
    },
    onIdleConnectionError: (error) => {
      logger.warn(`a database connection was lost and will be replaced: ${error.message}`);
    },
  });
  await dataSource.initialize();
  const applied = await new MigrationRunner(dataSource).migrateUp();
  if (applied.length > 0) logger.log(`applied migrations: ${applied.join(', ')}`);
  return {
    dataSource,
    connection: server.connection,
    location: server.location,
    announce: (url) => server.announce(url),
    close: async () => {
      await dataSource.destroy();
      await server.stop();
    },
  };
}
