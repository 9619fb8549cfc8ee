import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import {
  AccessCounter,
  ApiKeys,
  AuditLog,
  ChangeFeed,
  ChangeLog,
  ConsolidationRuns,
  CoordinateSearch,
  DecayingMemories,
  DerivedTables,
  EventLedger,
  ExpiredMemories,
  ExportSource,
  IdempotencyStore,
  ImportanceStates,
  ImportTarget,
  KeywordSearch,
  LedgerReader,
  LifecycleSchedule,
  LinkReader,
  LinkWriter,
  MemoryCatalog,
  MemoryHistory,
  MemoryReader,
  MemorySelection,
  MemoryWriter,
  NamedLocks,
  NamespaceCopies,
  NamespaceLock,
  NamespaceMoves,
  NamespaceStore,
  Outbox,
  PastLinks,
  PastMemories,
  PendingMemories,
  ProjectionSource,
  RetainedMemories,
  RetentionPolicies,
  TruthAudit,
  TruthRestorer,
  WritePositions,
} from '@sfm/memory';
import { DataSource } from 'typeorm';
import { ofTheService } from './connection/of-the-service.js';
import { PostgresApiKeys } from './credentials/postgres-api-keys.js';
import { PostgresAuditLog } from './credentials/postgres-audit-log.js';
import { PostgresChangeFeed } from './ledger/postgres-change-feed.js';
import { PostgresChangeLog } from './ledger/postgres-change-log.js';
import { PostgresDatabase } from './connection/postgres-database.js';
import { PostgresDerivedTables } from './audit/postgres-derived-tables.js';
import { PostgresIdempotencyStore } from './idempotency/postgres-idempotency-store.js';
import { PostgresPastLinks } from './history/postgres-past-links.js';
import { PostgresPastMemories } from './history/postgres-past-memories.js';
import { PostgresConsolidationRuns } from './consolidation/postgres-consolidation-runs.js';
import { PostgresMemoryHistory } from './history/postgres-memory-history.js';
import { PostgresEventLedger } from './ledger/postgres-event-ledger.js';
import { PostgresWritePositions } from './ledger/postgres-write-positions.js';
import { PostgresHealth } from './connection/postgres-health.js';
import { SchemaCompatibility } from './schema/schema-compatibility.js';
import { PostgresAccessCounter } from './reading/postgres-access-counter.js';
import { PostgresCoordinateSearch } from './reading/postgres-coordinate-search.js';
import { PostgresNamespaceCopies } from './namespaces/postgres-namespace-copies.js';
import { PostgresNamespaceMoves } from './moves/postgres-namespace-moves.js';
import { PostgresNamespaceStore } from './namespaces/postgres-namespace-store.js';
import { PostgresImportanceStates } from './importance/postgres-importance-states.js';
import { PostgresKeywordSearch } from './reading/postgres-keyword-search.js';
import { PostgresMemoryCatalog } from './reading/postgres-memory-catalog.js';
import { PostgresMemoryReader } from './reading/postgres-memory-reader.js';
import { PostgresMemorySelection } from './reading/postgres-memory-selection.js';
import { PostgresExpiredMemories } from './writing/postgres-expired-memories.js';
import { PostgresDecayingMemories } from './lifecycle/postgres-decaying-memories.js';
import { PostgresLifecycleSchedule } from './lifecycle/postgres-lifecycle-schedule.js';
import { PostgresRetainedMemories } from './lifecycle/postgres-retained-memories.js';
import { PostgresRetentionPolicies } from './lifecycle/postgres-retention-policies.js';
import { PostgresLinkReader } from './links/postgres-link-reader.js';
import { PostgresLinkWriter } from './links/postgres-link-writer.js';
import { PostgresMemoryWriter } from './writing/postgres-memory-writer.js';
import { PostgresNamedLocks } from './locks/postgres-named-locks.js';
import { PostgresNamespaceLock } from './locks/postgres-namespace-lock.js';
import { PostgresOutbox } from './outbox/postgres-outbox.js';
import { PostgresPendingMemories } from './projection/postgres-pending-memories.js';
import { PostgresProjectionSource } from './projection/postgres-projection-source.js';
import { PostgresLedgerReader } from './replay/postgres-ledger-reader.js';
import { PostgresTruthRestorer } from './replay/postgres-truth-restorer.js';
import { PostgresExportSource } from './portability/postgres-export-source.js';
import { PostgresImportTarget } from './portability/postgres-import-target.js';
import { PostgresTruthAudit } from './audit/postgres-truth-audit.js';

export interface StorageModuleOptions extends StorageDecorators {
  /** Initialised and migrated; its creator destroys it after the application is closed. */
  readonly dataSource: DataSource;
}

/** Wraps the memory reading and writing ports, for instance with a cache. */
export interface StorageDecorators {
  readonly reader?: (reader: MemoryReader) => MemoryReader;
  readonly writer?: (writer: MemoryWriter) => MemoryWriter;
}

export interface StorageModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<DataSource>['useFactory'];
}

/** Ports whose statements read the order of everything that was written, whoever happens to have them run. */
const OF_THE_SERVICE: ReadonlySet<unknown> = new Set([ChangeFeed, ChangeLog, Outbox, ProjectionSource, WritePositions]);

const ADAPTERS: readonly FactoryProvider[] = [
  { provide: PostgresDatabase, inject: [DataSource], useFactory: (source: DataSource) => new PostgresDatabase(source) },
  ...(
    [
      [ApiKeys, PostgresApiKeys],
      [AuditLog, PostgresAuditLog],
      [MemoryCatalog, PostgresMemoryCatalog],
      [MemorySelection, PostgresMemorySelection],
      [CoordinateSearch, PostgresCoordinateSearch],
      [KeywordSearch, PostgresKeywordSearch],
      [AccessCounter, PostgresAccessCounter],
      [ImportanceStates, PostgresImportanceStates],
      [PendingMemories, PostgresPendingMemories],
      [ProjectionSource, PostgresProjectionSource],
      [Outbox, PostgresOutbox],
      [ChangeFeed, PostgresChangeFeed],
      [ChangeLog, PostgresChangeLog],
      [EventLedger, PostgresEventLedger],
      [ExpiredMemories, PostgresExpiredMemories],
      [ExportSource, PostgresExportSource],
      [IdempotencyStore, PostgresIdempotencyStore],
      [ImportTarget, PostgresImportTarget],
      [LedgerReader, PostgresLedgerReader],
      [MemoryHistory, PostgresMemoryHistory],
      [PastLinks, PostgresPastLinks],
      [PastMemories, PostgresPastMemories],
      [ConsolidationRuns, PostgresConsolidationRuns],
      [DecayingMemories, PostgresDecayingMemories],
      [LifecycleSchedule, PostgresLifecycleSchedule],
      [RetainedMemories, PostgresRetainedMemories],
      [RetentionPolicies, PostgresRetentionPolicies],
      [LinkReader, PostgresLinkReader],
      [LinkWriter, PostgresLinkWriter],
      [TruthRestorer, PostgresTruthRestorer],
      [WritePositions, PostgresWritePositions],
      [TruthAudit, PostgresTruthAudit],
      [DerivedTables, PostgresDerivedTables],
      [NamedLocks, PostgresNamedLocks],
      [NamespaceCopies, PostgresNamespaceCopies],
      [NamespaceLock, PostgresNamespaceLock],
      [NamespaceMoves, PostgresNamespaceMoves],
      [NamespaceStore, PostgresNamespaceStore],
      [PostgresHealth, PostgresHealth],
    ] as const
  ).map(([port, Adapter]) => ({
    provide: port,
    inject: [PostgresDatabase],
    useFactory: (database: PostgresDatabase) =>
      OF_THE_SERVICE.has(port) ? ofTheService(new Adapter(database)) : new Adapter(database),
  })),
];

/** Binds every storage port of the core to PostgreSQL, `PostgresHealth` and `SchemaCompatibility`. */
@Module({})
export class StorageModule {
  static forRoot({ dataSource, ...decorators }: StorageModuleOptions): DynamicModule {
    return bind({ provide: DataSource, useFactory: () => dataSource }, [], decorators);
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: StorageModuleAsyncOptions): DynamicModule {
    return bind({ provide: DataSource, inject, useFactory }, imports);
  }
}

function bind(
  dataSource: FactoryProvider<DataSource>,
  imports: ModuleMetadata['imports'],
  { reader = (undecorated) => undecorated, writer = (undecorated) => undecorated }: StorageDecorators = {},
): DynamicModule {
  const providers = [
    dataSource,
    ...ADAPTERS,
    {
      provide: SchemaCompatibility,
      inject: [DataSource],
      useFactory: (source: DataSource) => new SchemaCompatibility(source),
    },
    {
      provide: MemoryReader,
      inject: [PostgresDatabase],
      useFactory: (database: PostgresDatabase) => reader(new PostgresMemoryReader(database)),
    },
    {
      provide: MemoryWriter,
      inject: [PostgresDatabase],
      useFactory: (database: PostgresDatabase) => writer(new PostgresMemoryWriter(database)),
    },
  ];
  return { module: StorageModule, global: true, imports, providers, exports: providers.map(({ provide }) => provide) };
}
