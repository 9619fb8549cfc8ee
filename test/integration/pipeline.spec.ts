import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FeatureHashingEmbedder } from '@sfm/embedding';
import { DEFAULT_RELAY_OPTIONS, EmbeddedEventBus, EventValidator, OutboxRelay } from '@sfm/events';
import {
  Embedder,
  EMPTY_OVERLAY,
  ForgetService,
  ImportanceNormalizers,
  Indexer,
  IndexLoader,
  SilentTelemetry,
  StoreService,
  toNamespace,
  type EventRecord,
} from '@sfm/memory';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  MigrationRunner,
  PostgresDatabase,
  PostgresImportanceStates,
  PostgresMemoryWriter,
  PostgresOutbox,
  PostgresProjectionSource,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { EmbeddedLexicalIndex, EmbeddedVectorIndex } from '@sfm/vector';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const DIMENSION = 256;
const FIELDS = { text: ['text'], session: ['session'], source: ['speaker'], time: ['timestamp'] };
const LIMITS = { maxDepth: 8, maxBytes: 10_000, maxDimensions: 8, maxBulkItems: 1000 };

/** Refuses texts that have the word, as a model might that chokes on some input. */
class PickyEmbedder extends FeatureHashingEmbedder {
  override embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (texts.some((text) => text.includes('indigestible'))) return Promise.reject(new Error('cannot digest this'));
    return super.embed(texts);
  }
}

describe('the way of a write from the outbox to the indexes', () => {
  let database: TestDatabase;
  let truth: Awaited<ReturnType<typeof open>>;
  let namespace = toNamespace('pipeline-0');

  const open = async (url: string) => {
    const dataSource = createDataSource({
      connection: await resolveConnection(url),
      entities: STORAGE_ENTITIES,
      migrations: MIGRATIONS,
    });
    await dataSource.initialize();
    await new MigrationRunner(dataSource).migrateUp();
    const pg = new PostgresDatabase(dataSource);
    const writer = new PostgresMemoryWriter(pg);
    const telemetry = new SilentTelemetry();
    return {
      dataSource,
      outbox: new PostgresOutbox(pg),
      source: new PostgresProjectionSource(pg),
      forget: new ForgetService(writer),
      store: new StoreService(writer, new ImportanceNormalizers(new PostgresImportanceStates(pg)), telemetry, {
        limits: LIMITS,
        fields: FIELDS,
        batching: { maxBatch: 64, maxInFlight: 2, maxQueued: 1000 },
      }),
    };
  };

  const openIndexes = (embedder: Embedder = new FeatureHashingEmbedder({ dimension: DIMENSION })) => {
    const indexes = { vectors: new EmbeddedVectorIndex({ dimension: DIMENSION }), lexical: new EmbeddedLexicalIndex() };
    const both = [indexes.lexical, indexes.vectors];
    const indexer = new Indexer(truth.source, both, embedder, new SilentTelemetry());
    const find = async (word: string) => {
      const query = { limit: 1000, nowMs: Date.now() };
      const [vector = new Float32Array(DIMENSION)] = await embedder.embed([word]);
      const lexical = await indexes.lexical.search(namespace, { ...query, terms: [word] }, EMPTY_OVERLAY);
      const vectors = await indexes.vectors.search(namespace, { ...query, vector }, EMPTY_OVERLAY);
      return { lexical: lexical.map(({ key }) => key), vectors: vectors.map(({ key }) => key) };
    };
    return { ...indexes, indexer, find, loader: new IndexLoader(truth.source, indexes, embedder) };
  };

  const write = (coordinate: number[], text: string) =>
    truth.store.store(namespace, { coordinate, payload: { text }, type: 'episodic' });

  /** Takes all waiting events out of the outbox. */
  const takeEvents = async (): Promise<EventRecord[]> => {
    const taken: EventRecord[] = [];
    await truth.outbox.drain(1000, (records) => {
      taken.push(...records);
      return Promise.resolve({ published: records.map(({ event }) => event.event_id) });
    });
    return taken;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    truth = await open(database.url);
  });

  // The ledger is immutable and knows the coordinates of earlier tests: each has a namespace of its own.
  beforeEach(async () => {
    namespace = toNamespace(`pipeline-${Number(namespace.split('-')[1]) + 1}`);
    await truth.dataSource.query('TRUNCATE memories, outbox');
  });

  afterAll(async () => {
    await truth.dataSource.destroy();
    await database.drop();
  });

  it('ends in the same index whatever the order of events, and however often they come', async () => {
    await write([1], 'alpha');
    await write([2], 'alpha beta');
    await write([1], 'gamma');
    await truth.forget.forget(namespace, [[2]]);
    await write([3], 'gamma delta');
    const events = await takeEvents();
    expect(events.map(({ event }) => event.type)).toEqual(['created', 'created', 'updated', 'deleted', 'created']);
    for (const order of [events, [...events].reverse(), [...events, ...events], events.slice(2)]) {
      await truth.dataSource.query('UPDATE memories SET indexed_version = 0');
      const { indexer, find } = openIndexes();
      for (const record of order) await indexer.apply([record]);
      expect(await find('gamma')).toMatchObject({ lexical: expect.arrayContaining(['1', '3']) });
      expect((await find('alpha')).lexical).toEqual([]);
      expect((await find('gamma')).vectors.sort()).toEqual(['1', '3']);
    }
  });

  it('applies an event that comes again without touching the index or the truth', async () => {
    await write([1], 'alpha');
    const events = await takeEvents();
    const { indexer } = openIndexes();
    await indexer.apply(events);
    const before: unknown = await truth.dataSource.query('SELECT xmin, indexed_version FROM memories');
    await indexer.apply(events);
    expect(await truth.dataSource.query('SELECT xmin, indexed_version FROM memories')).toEqual(before);
  });

  it('isolates a memory that cannot be indexed, and indexes its neighbours', async () => {
    await Promise.all(['one', 'indigestible', 'three', 'four'].map((text, index) => write([index], text)));
    const { indexer, find } = openIndexes(new PickyEmbedder({ dimension: DIMENSION }));
    const outcome = await indexer.apply(await takeEvents());
    expect(outcome.published).toHaveLength(3);
    expect(outcome.poisoned).toEqual([expect.objectContaining({ reason: 'cannot digest this' })]);
    expect((await find('three')).lexical).toEqual(['2']);
  });

  it('lets several relays share the work without losing or repeating an effect', async () => {
    const { indexer, vectors, lexical } = openIndexes();
    const validator = new EventValidator();
    const applied: string[] = [];
    const bus = new EmbeddedEventBus(validator, async (records) => {
      const outcome = await indexer.apply(records);
      applied.push(...outcome.published);
      return outcome;
    });
    const warnings: unknown[] = [];
    const log = { warn: (_message: string, error: unknown) => void warnings.push(error) };
    const options = { ...DEFAULT_RELAY_OPTIONS, batchSize: 20, lingerMs: 1 };
    const relays = [1, 2, 3].map(() => new OutboxRelay(truth.outbox, bus, validator, log, options));
    await Promise.all(relays.map((relay) => relay.start()));
    await Promise.all(Array.from({ length: 300 }, (_, n) => write([n % 120], `text ${n}`)));
    await waitFor(async () => (await truth.outbox.depth()).waiting === 0, { what: () => 'the outbox to be empty' });
    await Promise.all(relays.map((relay) => relay.stop()));
    expect(warnings).toEqual([]);
    expect(applied).toHaveLength(300);
    expect(new Set(applied).size).toBe(300);
    expect(await vectors.count(namespace)).toBe(120);
    expect(await lexical.count(namespace)).toBe(120);
  });

  it('fills a fresh index from the truth, embedding anew what another model embedded', async () => {
    await Promise.all([write([1], 'alpha'), write([2], 'beta')]);
    await openIndexes().indexer.apply(await takeEvents());
    await truth.dataSource.query(`UPDATE memories SET embedding_space = 'another-model' WHERE coordinate_key = '2'`);
    const fresh = openIndexes();
    expect(await fresh.loader.load()).toBe(2);
    expect((await fresh.find('beta')).vectors[0]).toBe('2');
    const spaces: unknown = await truth.dataSource.query('SELECT DISTINCT embedding_space AS space FROM memories');
    expect(spaces).toEqual([{ space: new FeatureHashingEmbedder({ dimension: DIMENSION }).space }]);
  });
});
