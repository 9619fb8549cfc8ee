import type { ClientBase } from 'pg';
import { DataSource, type DataSourceOptions, type Logger } from 'typeorm';
import type { PostgresConnection } from './connection.js';
import { KEEP_ALIVE } from './keep-alive.js';

/** Sizes and bounds of the connection pool; times in milliseconds. */
export interface PoolOptions {
  /** @default 10 */
  readonly size?: number;
  /** How long a caller waits for a connection. @default 5000 */
  readonly connectTimeoutMs?: number;
  /** How long the server works on one statement; 0 means without bound. @default 30000 */
  readonly statementTimeoutMs?: number;
  /** How long a transaction may sit idle before the server ends it. @default 60000 */
  readonly idleInTransactionTimeoutMs?: number;
  /** When an unused connection is closed. @default 30000 */
  readonly idleTimeoutMs?: number;
}

export interface CreateDataSourceOptions {
  readonly connection: PostgresConnection;
  readonly entities?: DataSourceOptions['entities'];
  readonly migrations?: DataSourceOptions['migrations'];
  readonly pool?: PoolOptions;
  /** Shown in `pg_stat_activity`. @default 'somafractalmemory' */
  readonly applicationName?: string;
  /** Told when an idle connection drops, as on a PostgreSQL restart; the pool replaces it by itself. */
  readonly onIdleConnectionError?: (error: Error) => void;
}

/** TypeORM prints failed migrations to the console even with `logging: false`; the error says it all. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** Table in which applied migrations are noted. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/**
 * Makes the TypeORM data source of the truth store; nothing connects before `initialize()`.
 *
 * The schema changes through migrations only, extensions are left to them, and a dropped connection never ends the
 * process: its query fails, the pool opens a new one.
 */
export function createDataSource(options: CreateDataSourceOptions): DataSource {
  const { connection, pool = {} } = options;
  return new DataSource({
    type: 'postgres',
    host: connection.host,
    port: connection.port,
    username: connection.user,
    password: connection.password,
    database: connection.database,
    ssl: connection.ssl,
    entities: options.entities ?? [],
    migrations: options.migrations ?? [],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    migrationsRun: false,
    synchronize: false,
    installExtensions: false,
    logging: false,
    logger: SILENT,
    applicationName: options.applicationName ?? 'somafractalmemory',
    poolSize: pool.size ?? 10,
    connectTimeoutMS: pool.connectTimeoutMs ?? 5000,
    poolErrorHandler: (error: unknown) => {
      options.onIdleConnectionError?.(error instanceof Error ? error : new Error(String(error)));
    },
    extra: {
      statement_timeout: pool.statementTimeoutMs ?? 30_000,
      idle_in_transaction_session_timeout: pool.idleInTransactionTimeoutMs ?? 60_000,
      idleTimeoutMillis: pool.idleTimeoutMs ?? 30_000,
      ...KEEP_ALIVE,
      onConnect: outliveLoss,
    },
  });
}

/**
 * Between taking its own listener off a connection and the turn of the caller who waits for it, the pool leaves the
 * connection without one. A loss told in between would end the process; so it fails the caller's first statement.
 */
function outliveLoss(client: ClientBase): void {
  client.on('error', () => undefined);
}
