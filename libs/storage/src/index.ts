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
export { connectionProblem, type ConnectionProblem } from './postgres/connection/connection-problem.js';
export { isPooler } from './postgres/connection/pooler.js';
export { InvalidPostgresUrl, resolveConnection, type PostgresConnection } from './postgres/connection/connection.js';
export {
  createDataSource,
  MIGRATIONS_TABLE,
  type CreateDataSourceOptions,
  type PoolOptions,
} from './postgres/connection/data-source.js';
export {
  MigrationLockTimeout,
  MigrationRunner,
  type MigrationRunnerOptions,
  type MigrationState,
  type Revision,
} from './postgres/schema/migration-runner.js';
export { dumpDatabase, restoreDatabase } from './postgres/backup/postgres-dump.js';
export { PostgresProgramError } from './postgres/backup/postgres-program.js';
export {
  findInstance,
  holderText,
  InstanceLock,
  type InstanceLockHolder,
  type InstanceLockOptions,
} from './postgres/locks/instance-lock.js';
export { TLS_MODES, type TlsMode, type TlsOptions } from './postgres/connection/tls.js';
export { STORAGE_ENTITIES } from './postgres/entities/storage-entities.js';
export { PostgresDatabase } from './postgres/connection/postgres-database.js';
export { SchemaCompatibility } from './postgres/schema/schema-compatibility.js';
export { BYPASSED, rowSecurityOf, type RowSecurity } from './postgres/connection/row-security.js';
export { PostgresHealth } from './postgres/connection/postgres-health.js';
export { PostgresChangeFeed } from './postgres/ledger/postgres-change-feed.js';
export { PostgresEventLedger } from './postgres/ledger/postgres-event-ledger.js';
export { PostgresLedgerReader } from './postgres/replay/postgres-ledger-reader.js';
export { PostgresMemorySelection } from './postgres/reading/postgres-memory-selection.js';
export { PostgresConsolidationRuns } from './postgres/consolidation/postgres-consolidation-runs.js';
export { PostgresNamedLocks } from './postgres/locks/postgres-named-locks.js';
export { PostgresDecayingMemories } from './postgres/lifecycle/postgres-decaying-memories.js';
export { PostgresLifecycleSchedule } from './postgres/lifecycle/postgres-lifecycle-schedule.js';
export { PostgresRetainedMemories } from './postgres/lifecycle/postgres-retained-memories.js';
export { PostgresApiKeys } from './postgres/credentials/postgres-api-keys.js';
export { PostgresAuditLog } from './postgres/credentials/postgres-audit-log.js';
export { PostgresRetentionPolicies } from './postgres/lifecycle/postgres-retention-policies.js';
export { PostgresLinkReader } from './postgres/links/postgres-link-reader.js';
export { PostgresLinkWriter } from './postgres/links/postgres-link-writer.js';
export { PostgresTruthRestorer } from './postgres/replay/postgres-truth-restorer.js';
export { PostgresIdempotencyStore } from './postgres/idempotency/postgres-idempotency-store.js';
export { PostgresDerivedTables } from './postgres/audit/postgres-derived-tables.js';
export { PostgresNamespaceCopies } from './postgres/namespaces/postgres-namespace-copies.js';
export { PostgresNamespaceMoves } from './postgres/moves/postgres-namespace-moves.js';
export { PostgresNamespaceStore } from './postgres/namespaces/postgres-namespace-store.js';
export { PostgresImportanceStates } from './postgres/importance/postgres-importance-states.js';
export { PostgresMemoryHistory } from './postgres/history/postgres-memory-history.js';
export { PostgresMemoryReader } from './postgres/reading/postgres-memory-reader.js';
export { PostgresExportSource } from './postgres/portability/postgres-export-source.js';
export { PostgresImportTarget } from './postgres/portability/postgres-import-target.js';
export { PostgresExpiredMemories } from './postgres/writing/postgres-expired-memories.js';
export { PostgresMemoryWriter } from './postgres/writing/postgres-memory-writer.js';
export { PostgresNamespaceLock } from './postgres/locks/postgres-namespace-lock.js';
export { PostgresOutbox } from './postgres/outbox/postgres-outbox.js';
export { PostgresPendingMemories } from './postgres/projection/postgres-pending-memories.js';
export { PostgresProjectionSource } from './postgres/projection/postgres-projection-source.js';
export { PostgresTruthAudit } from './postgres/audit/postgres-truth-audit.js';
export {
  StorageModule,
  type StorageDecorators,
  type StorageModuleAsyncOptions,
  type StorageModuleOptions,
} from './postgres/storage.module.js';
