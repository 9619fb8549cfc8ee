export {
  EmbeddedPostgres,
  type EmbeddedPostgresLogger,
  type EmbeddedPostgresOptions,
} from './embedded/embedded-postgres.js';
export type { EmbeddedPostgresConnection } from './embedded/embedded-postgres-connection.js';
export {
  EmbeddedInstanceLocked,
  EmbeddedPostgresError,
  type EmbeddedPostgresErrorCode,
} from './embedded/embedded-postgres-error.js';
export { findRunningPostgres } from './embedded/running-cluster.js';
export { connectionProblem, type ConnectionProblem } from './postgres/connection-problem.js';
export { InvalidPostgresUrl, resolveConnection, type PostgresConnection } from './postgres/connection.js';
export {
  createDataSource,
  MIGRATIONS_TABLE,
  type CreateDataSourceOptions,
  type PoolOptions,
} from './postgres/data-source.js';
export {
  MigrationLockTimeout,
  MigrationRunner,
  type MigrationRunnerOptions,
  type MigrationState,
  type Revision,
} from './postgres/migration-runner.js';
export { dumpDatabase, restoreDatabase } from './postgres/backup/postgres-dump.js';
export { PostgresProgramError } from './postgres/backup/postgres-program.js';
export {
  findInstance,
  holderText,
  InstanceLock,
  type InstanceLockHolder,
  type InstanceLockOptions,
} from './postgres/instance-lock.js';
export { TLS_MODES, type TlsMode, type TlsOptions } from './postgres/tls.js';
export { STORAGE_ENTITIES } from './postgres/entities/storage-entities.js';
export { PostgresDatabase } from './postgres/postgres-database.js';
export { PostgresHealth } from './postgres/postgres-health.js';
export { PostgresChangeFeed } from './postgres/postgres-change-feed.js';
export { PostgresEventLedger } from './postgres/postgres-event-ledger.js';
export { PostgresDerivedTables } from './postgres/postgres-derived-tables.js';
export { PostgresMemoryReader } from './postgres/postgres-memory-reader.js';
export { PostgresMemoryWriter } from './postgres/postgres-memory-writer.js';
export { PostgresNamespaceLock } from './postgres/postgres-namespace-lock.js';
export { PostgresOutbox } from './postgres/postgres-outbox.js';
export { PostgresPendingMemories } from './postgres/postgres-pending-memories.js';
export { PostgresProjectionSource } from './postgres/postgres-projection-source.js';
export { PostgresTruthAudit } from './postgres/postgres-truth-audit.js';
export {
  StorageModule,
  type StorageDecorators,
  type StorageModuleAsyncOptions,
  type StorageModuleOptions,
} from './postgres/storage.module.js';
