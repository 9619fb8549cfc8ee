import { FeatureHashingEmbedder } from '@sfm/embedding';
import {
  coordinateKey,
  EventProcessor,
  ForeignEventRecorder,
  ForgetService,
  ImportanceNormalizers,
  InvalidRequestError,
  MemoryNotFoundError,
  RestoreService,
  VersionNotFoundError,
  VersionUnavailableError,
  Indexer,
  SilentTelemetry,
  StoreService,
  type EventRecord,
  type Namespace,
} from '@sfm/memory';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  MigrationRunner,
  PostgresDatabase,
  PostgresEventLedger,
  PostgresLedgerReader,
  PostgresImportanceStates,
  PostgresMemoryHistory,
  PostgresMemoryReader,
  PostgresMemoryWriter,
  PostgresOutbox,
  PostgresProjectionSource,
  PostgresTruthRestorer,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { EmbeddedLexicalIndex, EmbeddedVectorIndex } from '@sfm/vector';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import type { Step } from './ledger-histories.js';

export const FIELDS = { text: ['text'], session: ['session'], source: ['speaker'], time: ['timestamp'] };
export const LIMITS = { maxDepth: 8, maxBytes: 100_000, maxDimensions: 8, maxBulkItems: 1000 };
const DIMENSION = 32;
const TABLES = ['memories', 'memory_events', 'outbox', 'namespaces'] as const;

export type Publish = (records: readonly EventRecord[]) => Promise<void>;

/** A truth that lives through histories, and can be emptied, backed up and given back. */
export class LedgerWorld {
  readonly source: PostgresProjectionSource;
  readonly restorer: PostgresTruthRestorer;
  readonly ledgerReader: PostgresLedgerReader;
  readonly recorder: ForeignEventRecorder;
  private readonly outbox: PostgresOutbox;
  private store: StoreService;
  private readonly forget: ForgetService;
  /** On the bus, and not processed yet. */
  private late: EventRecord[] = [];

  private constructor(
    private readonly test: TestDatabase,
    private readonly dataSource: ReturnType<typeof createDataSource>,
    private readonly database: PostgresDatabase,
  ) {
    this.source = new PostgresProjectionSource(database);
    this.restorer = new PostgresTruthRestorer(database);
    this.ledgerReader = new PostgresLedgerReader(database);
    this.outbox = new PostgresOutbox(database);
    this.forget = new ForgetService(new PostgresMemoryWriter(database));
    this.store = this.newStore();
    const normalizers = new ImportanceNormalizers(new PostgresImportanceStates(database));
    const options = { limits: LIMITS, fields: FIELDS };
    this.recorder = new ForeignEventRecorder(new PostgresEventLedger(database), normalizers, options);
  }

  static async open(): Promise<LedgerWorld> {
    const test = await createTestDatabase();
    const dataSource = createDataSource({
      connection: await resolveConnection(test.url),
      entities: STORAGE_ENTITIES,
      migrations: MIGRATIONS,
    });
    await dataSource.initialize();
    await new MigrationRunner(dataSource).migrateUp();
    return new LedgerWorld(test, dataSource, new PostgresDatabase(dataSource));
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.test.drop();
  }

  async take(step: Step, publish: Publish): Promise<void> {
    switch (step.kind) {
      case 'store': {
        const memories = step.memories.map(({ expiresInMs, ...memory }) => ({
          ...memory,
          isTakenOver: true,
          ...(expiresInMs === undefined ? {} : { expiresAt: new Date(Date.now() + expiresInMs) }),
        }));
        await this.store.storeAll(step.namespace, memories).catch(unlessRefused);
        return;
      }
      case 'delete':
        await this.forget.forget(step.namespace, step.coordinates);
        return;
      case 'restore': {
        const restores = new RestoreService(
          new PostgresMemoryHistory(this.database),
          this.store,
          new PostgresMemoryReader(this.database),
        );
        await restores.restore(step.namespace, step.coordinate, step).catch(unlessThereIsNone);
        return;
      }
      case 'foreign': {
        const { namespace, type, coordinate, id, agoSeconds, importance } = step;
        const memoryType = type === 'created' ? 'episodic' : 'semantic';
        const event = {
          event_id: id,
          id,
          namespace,
          type,
          timestamp: new Date(Date.now() - agoSeconds * 1000).toISOString(),
          payload: { ...step.payload, coordinate: [...coordinate], memory_type: memoryType },
          ...(importance === undefined ? {} : { importance }),
        };
        const record = { event, key: coordinateKey(coordinate) };
        await publish([record]);
        if (step.isProcessedLate) this.late.push(record);
        else await this.process([record, record]);
        return;
      }
      case 'publish':
        await this.relay(publish);
    }
  }

  /** Processes what came late, publishes what waits and indexes everything. */
  async settle(publish: Publish): Promise<void> {
    await this.process(this.late);
    await this.crash(publish);
  }

  /** Publishes what waits and indexes everything; what came late is not processed any more. */
  async crash(publish: Publish): Promise<void> {
    this.late = [];
    await this.relay(publish);
    const ids = await this.database.query<{ namespace: Namespace; key: string }>({
      text: 'SELECT namespace, coordinate_key AS key FROM memories WHERE indexed_version < version',
    });
    await this.indexer().refresh(ids);
  }

  /** Rows of memories, whole; access figures are those of reading, which no history does. */
  memories(): Promise<object[]> {
    return this.rows('SELECT * FROM memories ORDER BY namespace, coordinate_key');
  }

  /** Rows of the ledger, whole but for their place in it. */
  ledger(): Promise<object[]> {
    return this.rows(
      `SELECT to_jsonb(e) - 'seq' AS event FROM memory_events e ORDER BY namespace, coordinate_key, version, id`,
    );
  }

  /** Events that wait in the outbox. */
  async waiting(): Promise<number> {
    return (await this.outbox.depth()).waiting;
  }

  async clear(): Promise<void> {
    await this.wipe(...TABLES);
    this.late = [];
    // Importances are normalised by what was seen before.
    this.store = this.newStore();
  }

  /** What is lost begins its numbers anew. */
  async wipe(...tables: readonly (typeof TABLES)[number][]): Promise<void> {
    await this.database.transaction(async (run) => {
      await run({ text: `SET LOCAL soma.erasure = 'on'` });
      await run({ text: `TRUNCATE ${tables.join(', ')}` });
      if (tables.includes('memories')) await run({ text: `SELECT setval('memories_id_seq', 1, false)` });
    });
  }

  async backUp(): Promise<void> {
    for (const table of TABLES) {
      await this.database.query({ text: `DROP TABLE IF EXISTS backup_${table}` });
      await this.database.query({ text: `CREATE TABLE backup_${table} AS TABLE ${table}` });
    }
  }

  async restoreBackup(): Promise<void> {
    await this.wipe(...TABLES);
    await this.database.transaction(async (run) => {
      // As with a dump, in which triggers come after the rows.
      await run({ text: `SET LOCAL soma.is_replay = 'true'` });
      for (const table of TABLES) {
        await run({ text: `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM backup_${table}` });
      }
    });
    await this.database.query({
      text: `SELECT setval('memories_id_seq', coalesce((SELECT max(id) FROM memories), 1),
          EXISTS (SELECT FROM memories)),
        setval(pg_get_serial_sequence('memory_events', 'seq'), coalesce((SELECT max(seq) FROM memory_events), 0) + 1, false)`,
    });
  }

  /** Looks into the database, or bends it. */
  async sql<Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> {
    return this.database.query<Row & Record<string, unknown>>({ text, values });
  }

  private async rows(text: string): Promise<object[]> {
    return this.sql(text);
  }

  private async process(records: readonly EventRecord[]): Promise<void> {
    const { poisoned } = await new EventProcessor(this.recorder, this.indexer()).process(records);
    if (poisoned.length > 0) throw new Error(JSON.stringify(poisoned));
  }

  private async relay(publish: Publish): Promise<void> {
    const drain = async (records: readonly EventRecord[]) => {
      await publish(records);
      return { published: records.map(({ event }) => event.event_id) };
    };
    while ((await this.outbox.drain(100, drain)) > 0);
  }

  private newStore(): StoreService {
    const normalizers = new ImportanceNormalizers(new PostgresImportanceStates(this.database));
    return new StoreService(new PostgresMemoryWriter(this.database), normalizers, new SilentTelemetry(), {
      limits: LIMITS,
      fields: FIELDS,
      batching: { maxBatch: 64, maxInFlight: 2, maxQueued: 1000 },
    });
  }

  private indexer(): Indexer {
    const indexes = [new EmbeddedLexicalIndex(), new EmbeddedVectorIndex({ dimension: DIMENSION })];
    const embedder = new FeatureHashingEmbedder({ dimension: DIMENSION });
    return new Indexer(this.source, indexes, embedder, new SilentTelemetry());
  }
}

/** Histories ask for versions that may not be there. */
function unlessThereIsNone(error: unknown): void {
  const isNone = [InvalidRequestError, MemoryNotFoundError, VersionNotFoundError, VersionUnavailableError].some(
    (kind) => error instanceof kind,
  );
  if (!isNone) throw error;
}

/** A memory that would supersede itself, or by way of others. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof InvalidRequestError)) throw error;
}
