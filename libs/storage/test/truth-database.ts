import type { TruthAdapters } from '@sfm/memory/testing';
import { MIGRATIONS } from '@sfm/migrations';
import type { DataSource } from 'typeorm';
import { createTestDatabase } from '../../../test/services/postgres/postgres.js';
import { resolveConnection } from '../src/postgres/connection/connection.js';
import { createDataSource } from '../src/postgres/connection/data-source.js';
import { STORAGE_ENTITIES } from '../src/postgres/entities/storage-entities.js';
import { MigrationRunner } from '../src/postgres/schema/migration-runner.js';
import { PostgresChangeFeed } from '../src/postgres/ledger/postgres-change-feed.js';
import { PostgresDatabase } from '../src/postgres/connection/postgres-database.js';
import { PostgresWritePositions } from '../src/postgres/ledger/postgres-write-positions.js';
import { PostgresPastMemories } from '../src/postgres/history/postgres-past-memories.js';
import { PostgresMemoryHistory } from '../src/postgres/history/postgres-memory-history.js';
import { PostgresEventLedger } from '../src/postgres/ledger/postgres-event-ledger.js';
import { PostgresDecayingMemories } from '../src/postgres/lifecycle/postgres-decaying-memories.js';
import { PostgresLifecycleSchedule } from '../src/postgres/lifecycle/postgres-lifecycle-schedule.js';
import { PostgresRetainedMemories } from '../src/postgres/lifecycle/postgres-retained-memories.js';
import { PostgresRetentionPolicies } from '../src/postgres/lifecycle/postgres-retention-policies.js';
import { PostgresLinkReader } from '../src/postgres/links/postgres-link-reader.js';
import { PostgresLinkWriter } from '../src/postgres/links/postgres-link-writer.js';
import { PostgresAccessCounter } from '../src/postgres/reading/postgres-access-counter.js';
import { PostgresCoordinateSearch } from '../src/postgres/reading/postgres-coordinate-search.js';
import { PostgresNamespaceStore } from '../src/postgres/namespaces/postgres-namespace-store.js';
import { PostgresImportanceStates } from '../src/postgres/importance/postgres-importance-states.js';
import { PostgresKeywordSearch } from '../src/postgres/reading/postgres-keyword-search.js';
import { PostgresMemoryCatalog } from '../src/postgres/reading/postgres-memory-catalog.js';
import { PostgresMemoryReader } from '../src/postgres/reading/postgres-memory-reader.js';
import { PostgresExpiredMemories } from '../src/postgres/writing/postgres-expired-memories.js';
import { PostgresMemoryWriter } from '../src/postgres/writing/postgres-memory-writer.js';
import { PostgresOutbox } from '../src/postgres/outbox/postgres-outbox.js';
import { PostgresPendingMemories } from '../src/postgres/projection/postgres-pending-memories.js';
import { PostgresProjectionSource } from '../src/postgres/projection/postgres-projection-source.js';

/** A database of its own with every adapter over it. */
export interface TruthDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly database: PostgresDatabase;
  readonly adapters: TruthAdapters;
  close(): Promise<void>;
}

/** Makes an empty database and, unless told otherwise, brings it to the newest schema. */
export async function openTruthDatabase({ migrate = true } = {}): Promise<TruthDatabase> {
  const { url, drop } = await createTestDatabase();
  const connection = await resolveConnection(url);
  const dataSource = createDataSource({
    connection,
    entities: STORAGE_ENTITIES,
    migrations: MIGRATIONS,
    // On a busy machine callers wait long for one of few connections, and transactions that tests hold open sit idle.
    pool: { size: 12, connectTimeoutMs: 60_000, statementTimeoutMs: 120_000, idleInTransactionTimeoutMs: 600_000 },
  });
  await dataSource.initialize();
  if (migrate) await new MigrationRunner(dataSource).migrateUp();
  const database = new PostgresDatabase(dataSource);
  return {
    url,
    dataSource,
    database,
    adapters: adaptersOver(database),
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await drop();
    },
  };
}

function adaptersOver(database: PostgresDatabase): TruthAdapters {
  return {
    writer: new PostgresMemoryWriter(database),
    reader: new PostgresMemoryReader(database),
    catalog: new PostgresMemoryCatalog(database),
    coordinates: new PostgresCoordinateSearch(database),
    keywords: new PostgresKeywordSearch(database),
    accesses: new PostgresAccessCounter(database),
    importances: new PostgresImportanceStates(database),
    namespaces: new PostgresNamespaceStore(database),
    outbox: new PostgresOutbox(database),
    pending: new PostgresPendingMemories(database),
    projection: new PostgresProjectionSource(database),
    feed: new PostgresChangeFeed(database),
    ledger: new PostgresEventLedger(database),
    expired: new PostgresExpiredMemories(database),
    history: new PostgresMemoryHistory(database),
    past: new PostgresPastMemories(database),
    positions: new PostgresWritePositions(database),
    lifecycle: {
      schedule: new PostgresLifecycleSchedule(database),
      retained: new PostgresRetainedMemories(database),
      decaying: new PostgresDecayingMemories(database),
      policies: new PostgresRetentionPolicies(database),
    },
    links: { writer: new PostgresLinkWriter(database), reader: new PostgresLinkReader(database) },
  };
}
