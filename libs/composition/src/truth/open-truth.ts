import type { LoggerService } from '@nestjs/common';
import { convertLedger, MIGRATIONS } from '@sfm/migrations';
import {
  BYPASSED,
  createDataSource,
  EmbeddedPostgres,
  holderText,
  InstanceLock,
  isPooler,
  MigrationRunner,
  resolveConnection,
  rowSecurityOf,
  STORAGE_ENTITIES,
  type PostgresConnection,
  type StorageModuleOptions,
} from '@sfm/storage';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedTruthOptions, ServerTruthOptions, TruthOptions } from './truth-options.js';
import { PLAIN_WORDING } from './truth-wording.js';
import { whenReachable } from './when-reachable.js';

/** How long startup waits for a process that is releasing the database. */
const PREDECESSOR_WAIT_MS = 5000;
/** How long the pool may take to close before the server is stopped, or left, all the same. */
const POOL_CLOSE_MS = 2000;
/** Of a data source that is opened for migrations alone. */
const MIGRATION_POOL_SIZE = 2;
/** Connections per process, unless the options set another number. */
export const DEFAULT_POOL_SIZE = 15;

export interface OpenTruthOptions {
  /**
   * `alone`: no other process may serve from the database, because indexes live in this one.
   * `shared`: any number of processes work on it. A data folder always belongs to one process.
   */
  readonly use: 'alone' | 'shared';
  /** Called when another process has taken over the data folder or the database: the caller must stop. */
  readonly onLost: () => void;
  /** Aborts the wait for a PostgreSQL that does not answer yet. */
  readonly signal?: AbortSignal;
}

/** The opened truth store: connected and migrated. */
export interface Truth {
  readonly dataSource: StorageModuleOptions['dataSource'];
  readonly connection: PostgresConnection;
  /** Human-readable location of the memories. */
  readonly location: string;
  /** Records the URL of this service, so that a refused second instance can name it. */
  announce(url: string): Promise<void>;
  /** Closes connections, then stops what `openTruth` started. */
  close(): Promise<void>;
}

/**
 * Connects to the PostgreSQL server, or starts one in the data folder, and applies migrations.
 *
 * @throws with a message for operators: data folder or database in use, no access, server unreachable.
 */
export async function openTruth(truth: TruthOptions, logger: LoggerService, options: OpenTruthOptions): Promise<Truth> {
  const server =
    truth.kind === 'embedded'
      ? await startEmbedded(truth, logger, options.onLost)
      : await useServer(truth, logger, options);
  try {
    return await connect(truth, logger, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startEmbedded(truth: EmbeddedTruthOptions, logger: LoggerService, onLost: () => void): Promise<Server> {
  const dataDir = resolve(truth.dataDir);
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
  /** The server itself, when `connection` is a pooler's. */
  readonly direct?: PostgresConnection;
  readonly location: string;
  announce(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Waits for the PostgreSQL server and claims its database, exclusively or shared with other processes. */
async function useServer(
  { url, directUrl, tls, wording = PLAIN_WORDING }: ServerTruthOptions,
  logger: LoggerService,
  { use, onLost, signal }: OpenTruthOptions,
): Promise<Server> {
  const patience = { logger, wording, signal };
  const connection = await whenReachable(() => resolveConnection(url, tls), patience);
  const location = `PostgreSQL database ${connection.database} at ${connection.host}:${connection.port}`;
  const mode = use === 'alone' ? 'exclusive' : 'shared';
  const direct =
    directUrl === undefined ? connection : await whenReachable(() => resolveConnection(directUrl, tls), patience);
  if (await whenReachable(() => isPooler(direct), patience)) throw new Error(wording.pooled(directUrl !== undefined));
  const lock = new InstanceLock({ ...direct, mode, waitMs: PREDECESSOR_WAIT_MS, onLost });
  const holder = await whenReachable(() => lock.acquire(), patience);
  if (holder) throw new Error(wording.inUse(holderText(holder), location));
  return {
    connection,
    ...(directUrl === undefined ? {} : { direct }),
    location,
    announce: (at) => lock.announce(at),
    stop: () => lock.release(),
  };
}

async function connect({ pool }: TruthOptions, logger: LoggerService, server: Server): Promise<Truth> {
  let isClosing = false;
  const dataSource = createDataSource({
    connection: server.connection,
    ...(server.direct === undefined ? {} : { direct: server.direct }),
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    pool: { size: DEFAULT_POOL_SIZE, ...pool },
    onIdleConnectionError: (error) => {
      if (isClosing) return;
      logger.warn(`a database connection was lost and will be replaced: ${error.message}`);
    },
  });
  if (server.direct !== undefined) await migrateDirectly(server.direct, logger, server.location);
  await dataSource.initialize();
  if (server.direct === undefined) await migrate(dataSource, logger, server.location);
  const rowSecurity = await rowSecurityOf((text) => dataSource.query(text));
  if (rowSecurity === 'bypassed') logger.warn(`PostgreSQL: ${BYPASSED}.`);
  return {
    dataSource,
    connection: server.direct ?? server.connection,
    location: server.location,
    announce: (url) => server.announce(url),
    close: async () => {
      isClosing = true;
      try {
        // Waits for statements under way, which a hanging one would make forever.
        await Promise.race([dataSource.destroy(), delay(POOL_CLOSE_MS, undefined, { ref: false })]);
      } finally {
        await server.stop();
      }
    },
  };
}

/** Migrations hold a lock of their session, so a pooler is no way for them. */
async function migrateDirectly(connection: PostgresConnection, logger: LoggerService, location: string): Promise<void> {
  const options = {
    connection,
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    pool: { size: MIGRATION_POOL_SIZE },
  };
  const dataSource = createDataSource(options);
  await dataSource.initialize();
  try {
    await migrate(dataSource, logger, location);
  } finally {
    await dataSource.destroy();
  }
}

async function migrate(dataSource: Truth['dataSource'], logger: LoggerService, location: string): Promise<void> {
  const migrations = new MigrationRunner(dataSource);
  const applied = await migrations.migrateUp();
  if (applied.length > 0) logger.log(`applied migrations: ${applied.join(', ')}`);
  const { unknown } = await migrations.currentRevision();
  if (unknown.length > 0) {
    logger.warn(
      `the schema of the ${location} is of a newer release (${unknown.join(', ')}), and this one may fail on it: ` +
        'run the newer release, or revert its migrations with it (soma db downgrade)',
    );
  }
  await convertWhatOthersWrote(dataSource);
}

/** Converts rows that processes of an earlier version wrote after the migrations. Usually there are none. */
async function convertWhatOthersWrote(dataSource: Truth['dataSource']): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await convertLedger(runner);
  } finally {
    await runner.release();
  }
}
