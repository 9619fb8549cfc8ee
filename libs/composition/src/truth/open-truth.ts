import type { LoggerService } from '@nestjs/common';
import type { AppConfig } from '@sfm/config';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  EmbeddedPostgres,
  holderText,
  InstanceLock,
  MigrationRunner,
  resolveConnection,
  STORAGE_ENTITIES,
  type PostgresConnection,
  type StorageModuleOptions,
} from '@sfm/storage';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { explainPostgresProblem } from '../settings/postgres-problem.js';
import { postgresTls } from '../settings/postgres-tls.js';

/** How long a start waits for a process that is just giving the database up. */
const PREDECESSOR_WAIT_MS = 5000;
/** How long a start waits for a PostgreSQL that does not answer. */
const REACHABLE_WAIT_MS = 30_000;
const REACHABLE_RETRY_MS = 1000;

export interface OpenTruthOptions {
  /**
   * `alone`: no other process may serve from the database, because indexes live in this one.
   * `shared`: any number of processes work on it. A data folder always belongs to one process.
   */
  readonly use: 'alone' | 'shared';
  /** Told when another process has taken the data folder or the database over: the caller must stop. */
  readonly onLost: () => void;
  /** Given up when it aborts, while waiting for a PostgreSQL that does not answer yet. */
  readonly signal?: AbortSignal;
}

/** The opened truth store: connected and migrated. */
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
export async function openTruth(config: AppConfig, logger: LoggerService, options: OpenTruthOptions): Promise<Truth> {
  const { url } = config.database;
  const server =
    url === undefined
      ? await startEmbedded(config, logger, options.onLost)
      : await useExternal(() => resolveConnection(url, postgresTls(config)), logger, options);
  try {
    return await connect(config, logger, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startEmbedded({ service }: AppConfig, logger: LoggerService, onLost: () => void): Promise<Server> {
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

/** Waits for an operator's PostgreSQL and claims its database, alone or beside processes that share it. */
async function useExternal(
  resolveAddress: () => Promise<PostgresConnection>,
  logger: LoggerService,
  { use, onLost, signal }: OpenTruthOptions,
): Promise<Server> {
  const connection = await whenReachable(resolveAddress, logger, signal);
  const location = `PostgreSQL database ${connection.database} at ${connection.host}:${connection.port}`;
  const mode = use === 'alone' ? 'exclusive' : 'shared';
  const lock = new InstanceLock({ ...connection, mode, waitMs: PREDECESSOR_WAIT_MS, onLost });
  const holder = await whenReachable(() => lock.acquire(), logger, signal);
  if (holder) {
    throw new Error(
      `another SomaFractalMemory${holderText(holder)} serves the ${location}. An index that lives in its process ` +
        'allows no second one: stop it first, use another database, or give all of them one QDRANT_URL.',
    );
  }
  return { connection, location, announce: (at) => lock.announce(at), stop: () => lock.release() };
}

/** Tries until the server answers; what a server that answers refuses (a password, a database) fails at once. */
async function whenReachable<T>(attempt: () => Promise<T>, logger: LoggerService, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + REACHABLE_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnreachable(error)) throw explainPostgresProblem(error);
      if (performance.now() > deadline) {
        throw new Error(
          `the PostgreSQL of POSTGRES_URL cannot be reached (${messageOf(error)}); start it or correct the URL`,
          {
            cause: error,
          },
        );
      }
      logger.warn(`waiting for the PostgreSQL of POSTGRES_URL: ${messageOf(error)}`);
      await delay(REACHABLE_RETRY_MS, undefined, { signal });
    }
  }
}

async function connect({ database }: AppConfig, logger: LoggerService, server: Server): Promise<Truth> {
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

/** A socket that cannot be opened, or a server that starts, stops (SQLSTATE 57P) or has no connection left (53300). */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(E[A-Z]+|EAI_.*|57P..|53300)$/.test(code) || /timeout|terminated/i.test(messageOf(error));
}

/** Node reports a host with several addresses as an AggregateError without a message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
