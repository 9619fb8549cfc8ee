import type { AppConfig } from '@sfm/config';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  EmbeddedPostgres,
  InstanceLock,
  MigrationRunner,
  resolveConnection,
  STORAGE_ENTITIES,
  type PostgresConnection,
  type StorageModuleOptions,
} from '@sfm/storage';
import type { StructuredLogger } from '@sfm/observability';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a start waits for a process that is just giving the database up. */
const PREDECESSOR_WAIT_MS = 5000;
/** How long a start waits for a PostgreSQL that does not answer. */
const REACHABLE_WAIT_MS = 30_000;
const REACHABLE_RETRY_MS = 1000;

/** The opened truth store: connected, migrated, and held by this process alone. */
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
 * @throws with a message for operators: data folder or database in use, no access, server unreachable.
 */
export async function openTruth(config: AppConfig, logger: StructuredLogger, onLost: () => void): Promise<Truth> {
  const { url } = config.database;
  const server =
    url === undefined ? await startEmbedded(config, logger, onLost) : await claimExternal(url, config, logger, onLost);
  try {
    return await connect(config, logger, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startEmbedded({ service }: AppConfig, logger: StructuredLogger, onLost: () => void): Promise<Server> {
  const dataDir = resolve(service.dataDir);
  const embedded = new EmbeddedPostgres({ dataDir, logger, onInstanceLockLost: onLost });
  const { host, port, user, password, database } = await embedded.start();
  return {
    connection: { host, port, user, password, database, ssl: false },
    location: dataDir,
    announce: (at) => embedded.announce(at),
    stop: () => embedded.stop(),
  };
}

interface Server {
  readonly connection: PostgresConnection;
  readonly location: string;
  announce(url: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Waits for an operator's PostgreSQL and claims its database for this process: the indexes live in the process, and a
 * second one would miss what the first has indexed.
 */
async function claimExternal(
  url: string,
  config: AppConfig,
  logger: StructuredLogger,
  onLost: () => void,
): Promise<Server> {
  const { sslMode, sslRootCertFile, sslCertFile, sslKeyFile } = config.database;
  const tls = { mode: sslMode, rootCertFile: sslRootCertFile, certFile: sslCertFile, keyFile: sslKeyFile };
  const connection = await whenReachable(() => resolveConnection(url, tls), logger);
  const location = `PostgreSQL database ${connection.database} at ${connection.host}:${connection.port}`;
  const lock = new InstanceLock({ ...connection, waitMs: PREDECESSOR_WAIT_MS, onLost });
  const holder = await whenReachable(() => lock.acquire(), logger);
  if (holder) {
    const who = [holder.pid === undefined ? '' : `pid ${holder.pid}`, holder.url ?? ''].filter(Boolean).join(', ');
    throw new Error(
      `another SomaFractalMemory${who ? ` (${who})` : ''} serves the ${location}. Its index lives in its process, so a ` +
        'second one would miss memories: stop it first, or use another database.',
    );
  }
  return { connection, location, announce: (at) => lock.announce(at), stop: () => lock.release() };
}

/** Tries until the server answers; what a server that answers refuses (a password, a database) fails at once. */
async function whenReachable<T>(attempt: () => Promise<T>, logger: StructuredLogger): Promise<T> {
  const deadline = performance.now() + REACHABLE_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      if (performance.now() > deadline) {
        throw new Error(
          `the PostgreSQL of POSTGRES_URL cannot be reached (${messageOf(error)}); start it or correct the URL`,
          {
            cause: error,
          },
        );
      }
      logger.warn(`waiting for the PostgreSQL of POSTGRES_URL: ${messageOf(error)}`);
      await delay(REACHABLE_RETRY_MS);
    }
  }
}

async function connect({ database }: AppConfig, logger: StructuredLogger, server: Server): Promise<Truth> {
  let isClosing = false;
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
      if (isClosing) return;
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
      isClosing = true;
      await dataSource.destroy();
      await server.stop();
    },
  };
}

/** A socket that cannot be opened, or a server that is starting up (SQLSTATE 57P03). */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^E[A-Z]+$/.test(code) || code === '57P03' || /timeout|terminated/i.test(messageOf(error));
}

/** Node reports a host with several addresses as an AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
