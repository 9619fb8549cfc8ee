import type { ClientBase } from 'pg';
import { DataSource, type DataSourceOptions, type Logger } from 'typeorm';
import type { PostgresConnection } from './connection.js';
import { KEEP_ALIVE } from './keep-alive.js';
import { prepareScope } from './local-settings.js';

/** Sizes and limits of the connection pool; times in milliseconds. */
export interface PoolOptions {
  /** @default 10 */
  readonly size?: number;
  /** How long a caller waits for a connection. @default 5000 */
  readonly connectTimeoutMs?: number;
  /** Longest time the server works on one statement; 0 means no limit. @default 30000 */
  readonly statementTimeoutMs?: number;
  /** How long a transaction may sit idle before the server ends it. @default 60000 */
  readonly idleInTransactionTimeoutMs?: number;
  /** Idle time after which an unused connection is closed. @default 30000 */
  readonly idleTimeoutMs?: number;
}

export interface CreateDataSourceOptions {
  readonly connection: PostgresConnection;
  /** The server itself, where `connection` is a pooler that gives a connection for one transaction. */
  readonly direct?: PostgresConnection;
  readonly entities?: DataSourceOptions['entities'];
  readonly migrations?: DataSourceOptions['migrations'];
  readonly pool?: PoolOptions;
  /** Shown in `pg_stat_activity`. @default 'somafractalmemory' */
  readonly applicationName?: string;
  /** Called when an idle connection drops, as on a PostgreSQL restart; the pool replaces it by itself. */
  readonly onIdleConnectionError?: (error: Error) => void;
}

/** TypeORM prints failed migrations to the console even with `logging: false`; the error has all the information. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** What a pooled data source must know beside its pool. */
export interface DirectAccess {
  readonly connection: PostgresConnection;
  readonly statementTimeoutMs: number;
}

const DIRECT = new WeakMap<DataSource, DirectAccess>();

/** How to reach the server itself, when the data source works through a pooler. */
export function directAccess(dataSource: DataSource): DirectAccess | undefined {
  return DIRECT.get(dataSource);
}

/** Table of applied migrations. */
export const MIGRATIONS_TABLE = 'schema_migrations';

/**
 * Creates the TypeORM data source of the truth store; nothing connects before `initialize()`.
 *
 * Only migrations change the schema and install extensions. A dropped connection never ends the process: its query
 * fails, and the pool opens a new one.
 */
export function createDataSource(options: CreateDataSourceOptions): DataSource {
  const { connection, direct, pool = {} } = options;
  const statementTimeoutMs = pool.statementTimeoutMs ?? 30_000;
  const limits = {
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: pool.idleInTransactionTimeoutMs ?? 60_000,
  };
  const { connectTimeoutMs = 5000 } = pool;
  const dataSource = new DataSource({
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
    connectTimeoutMS: connectTimeoutMs,
    poolErrorHandler: (error: unknown) => {
      options.onIdleConnectionError?.(error instanceof Error ? error : new Error(String(error)));
    },
    extra: {
      // A pooler refuses settings of a session: the role has them there.
      ...(direct === undefined ? limits : {}),
      idleTimeoutMillis: pool.idleTimeoutMs ?? 30_000,
      ...KEEP_ALIVE,
      onConnect: (client: ClientBase) => {
        outliveLoss(client);
        return direct === undefined ? prepareScope(client, connectTimeoutMs) : undefined;
      },
    },
  });
  if (direct !== undefined) DIRECT.set(dataSource, { connection: direct, statementTimeoutMs });
  return dataSource;
}

/**
 * The pool removes its own error listener from a connection before the waiting caller runs, so the connection has no
 * listener in between. A loss reported then would end the process; this listener makes the caller's first statement
 * fail instead.
 */
function outliveLoss(client: ClientBase): void {
  client.on('error', () => undefined);
}
