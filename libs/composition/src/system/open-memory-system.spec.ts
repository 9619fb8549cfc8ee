import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IndexUnavailableError, MemoryNotFoundError, toNamespace, type ProcessMemory } from '@sfm/memory';
import { createTestDatabase, type TestDatabase } from '../../../../test/services/postgres/postgres.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { describeWith } from '../../../../test/services/availability.js';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runningDatabase } from '../truth/with-database.js';
import type { TruthOptions } from '../truth/truth-options.js';
import type { MemorySystemOptions } from './memory-system-options.js';
import { openMemorySystem, type MemorySystem, type MemorySystemSurroundings } from './open-memory-system.js';

const NOTES = toNamespace('notes');
const API_NS = toNamespace('api_ns');

const describePostgres = await describeWith(['postgres']);
const KETTLE = { text: 'The kettle is in the blue cupboard' };

let opened: MemorySystem[];

beforeEach(() => {
  opened = [];
});

const open = async (options: MemorySystemOptions, around?: MemorySystemSurroundings): Promise<MemorySystem> => {
  const system = await openMemorySystem(options, around);
  opened.push(system);
  return system;
};
const closeAll = async () => {
  for (const system of opened.splice(0)) await system.close();
};
const storeKettle = ({ store, namespace }: MemorySystem) =>
  store.store(namespace, { coordinate: [1, 2, 3], payload: KETTLE, type: 'episodic' });
const recalled = async ({ recall, namespace }: MemorySystem, query: string) => {
  const { hits } = await recall.recall(namespace, { query, topK: 5 });
  return hits.map(({ memory }) => memory.payload);
};
const totalsOf = async ({ verifier }: MemorySystem) => {
  const { namespaces } = await verifier.verify({ maxPendingSeconds: Infinity });
  return namespaces.find(({ namespace }) => namespace === 'api_ns');
};

describe('a memory system of plain options, in a folder', () => {
  let folder: string;
  let truth: TruthOptions;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-system-'));
    // The embedded server runs as another user where this process is root.
    await chmod(folder, 0o755);
    truth = { kind: 'embedded', dataDir: path.join(folder, 'data') };
  });
  afterEach(async () => {
    await closeAll();
    await rm(folder, { recursive: true, force: true });
  });

  it('stores, reads, recalls and forgets without HTTP and without settings', async () => {
    const system = await open({ truth, namespace: 'notes' });
    expect(await storeKettle(system)).toMatchObject({ key: '1,2,3', version: 1, created: true });
    expect((await system.read.get(NOTES, [1, 2, 3])).payload).toEqual(KETTLE);
    expect(await recalled(system, 'where is the kettle?')).toEqual([KETTLE]);

    expect(await system.forget.forget(NOTES, [[1, 2, 3]])).toBe(1);
    await expect(system.read.get(NOTES, [1, 2, 3])).rejects.toThrow(MemoryNotFoundError);
    expect(await recalled(system, 'where is the kettle?')).toEqual([]);
  });

  it('knows how its parts are, compares and rebuilds', async () => {
    const system = await open({ truth });
    await storeKettle(system);
    await system.indexes.whenReady();
    expect(await system.health.read()).toMatchObject({
      kvStore: true,
      vectorStore: true,
      graphStore: true,
      predictionProvider: true,
    });
    const { namespaces, agrees } = await system.verifier.verify({ repair: false, maxPendingSeconds: Infinity });
    expect([namespaces, agrees]).toEqual([[expect.objectContaining({ namespace: 'api_ns', memories: 1 })], true]);
    const rebuilt = await system.reindexer.reindex({ namespace: API_NS, maxPendingSeconds: Infinity });
    expect(rebuilt).toMatchObject({ memories: 1, verification: { agrees: true } });
  });

  it('leaves nothing running when it is closed, and has everything when it is opened again', async () => {
    const first = await open({ truth });
    await storeKettle(first);
    void first.close();
    await first.close();
    expect(await runningDatabase(truth)).toBeUndefined();

    const second = await open({ truth });
    expect(second.location).toBe(path.join(folder, 'data'));
    expect(await recalled(second, 'blue cupboard')).toEqual([KETTLE]);
  });

  it('stops what it has started when it cannot be opened', async () => {
    const embedder = { kind: 'onnx', folder: path.join(folder, 'no-model'), dimension: 8 } as const;
    await expect(open({ truth, embedder })).rejects.toThrow(/no-model/);
    expect(await runningDatabase(truth)).toBeUndefined();
  });

  it('refuses what goes over its limits', async () => {
    const system = await open({ truth, limits: { maxDimensions: 2, maxTopK: undefined } });
    await expect(storeKettle(system)).rejects.toThrow(/2/);
    await expect(system.recall.recall(API_NS, { query: 'kettle', topK: 1001 })).rejects.toThrow(/1000/);
  });
});

describePostgres('a memory system of plain options, on a server', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await closeAll();
    await database.drop();
  });

  it('has the database for itself while its indexes live in the process, and says so in plain words', async () => {
    const truth = { kind: 'server', url: database.url } as const;
    await storeKettle(await open({ truth }));
    const refusal = await openMemorySystem({ truth }).catch((error: unknown) => error);
    expect(String(refusal)).toMatch(/another SomaFractalMemory \(pid \d+\) serves the PostgreSQL database/);
    expect(String(refusal)).not.toMatch(/[A-Z]_[A-Z]/);
  });

  it('deletes what has expired from every store, and finds it nowhere in between', async () => {
    const truth = { kind: 'server', url: database.url } as const;
    const off = await open({ truth, expiry: { intervalMs: 0 } });
    const expiresAt = new Date(Date.now() + 400);
    await off.store.store(API_NS, { coordinate: [1], payload: KETTLE, type: 'episodic', expiresAt });
    await off.store.store(API_NS, { coordinate: [2], payload: { text: 'The cupboard stays' }, type: 'semantic' });
    await waitFor(() => Date.now() > expiresAt.getTime(), { what: () => 'the memory to expire' });
    expect(await recalled(off, 'kettle')).not.toContainEqual(KETTLE);
    await expect(off.read.get(API_NS, [1])).rejects.toThrow(MemoryNotFoundError);
    expect(await totalsOf(off)).toMatchObject({ memories: 2, tombstones: 0, points: 2 });
    await closeAll();

    const swept = await open({ truth, expiry: { intervalMs: 20 } });
    await waitFor(async () => (await totalsOf(swept))?.points === 1, { what: () => 'the point to be gone' });
    expect(await totalsOf(swept)).toMatchObject({ memories: 1, tombstones: 1, events: 3, pending: 0 });
    expect(await recalled(swept, 'kettle')).not.toContainEqual(KETTLE);
  });

  it('keeps the most important memories of a namespace that outgrows its cap, soon after the store', async () => {
    const truth = { kind: 'server', url: database.url } as const;
    const system = await open({ truth, lifecycle: { maxMemories: 3 } });
    for (const [index, importance] of [5, 1, 1.9, 'x', 0, undefined, 2].entries()) {
      const payload = { text: `kettle ${index}`, ...(importance === undefined ? {} : { importance }) };
      // Reports success and is there, whatever becomes of it later.
      expect(await system.store.store(API_NS, { coordinate: [index], payload, type: 'episodic' })).toMatchObject({
        created: true,
      });
    }
    const gone = async (tombstones: number) => {
      const totals = await totalsOf(system);
      return totals?.points === 3 && totals.tombstones === tombstones && totals.pending === 0;
    };
    await waitFor(() => gone(4), { what: () => 'the rest to be gone' });
    expect(await totalsOf(system)).toMatchObject({ memories: 3, tombstones: 4, events: 11 });
    const left = await system.read.list(API_NS, { limit: 10 });
    expect(left.memories.map(({ key }) => key)).toEqual(['0', '2', '6']);
    expect(await recalled(system, 'kettle')).toHaveLength(3);
    // The least important one stays as long as nothing newer comes.
    const least = { coordinate: [9], payload: { text: 'the newest kettle' }, type: 'episodic' } as const;
    await system.store.store(API_NS, least);
    await waitFor(() => gone(5), { what: () => 'another to be gone' });
    expect((await system.read.get(API_NS, [9])).payload).toEqual(least.payload);

    const rules = { maxAgeSeconds: null, maxMemories: 5, keepImportanceFrom: null };
    for (const namespace of [API_NS, NOTES]) await system.retention.replace(namespace, rules);
    const { agrees, differences } = await system.verifier.verify({ maxPendingSeconds: Infinity });
    expect({ agrees, differences }).toMatchObject({ agrees: true });
  });

  it('goes without indexes that do not fit into its memory, says what to do, and stores and reads as ever', async () => {
    const truth = { kind: 'server', url: database.url } as const;
    const first = await open({ truth });
    const twenty = Array.from(
      { length: 20 },
      (_, x) => ({ coordinate: [x], payload: KETTLE, type: 'episodic' }) as const,
    );
    await first.store.storeAll(API_NS, twenty);
    await waitFor(async () => (await totalsOf(first))?.points === 20, { what: () => 'the memories to be indexed' });
    await closeAll();
    const warnings: string[] = [];
    const warn = (message: unknown) => void warnings.push(String(message));
    const openWith = (limitBytes: number) => {
      const fills = { heap: { usedBytes: 0, limitBytes }, resident: { usedBytes: 0, limitBytes: 1e9 } };
      const memory: ProcessMemory = { read: () => ({ ...fills, collections: 0 }) };
      return open({ truth }, { logger: { log: () => undefined, warn, error: warn }, memory });
    };

    const tight = await openWith(18_000);
    const { hits, degraded } = await tight.recall.recall(API_NS, { query: 'where is the kettle?', topK: 20 });
    expect([hits.length, degraded]).toEqual([20, ['lexical']]);
    await tight.store.store(API_NS, { coordinate: [99], payload: { text: 'A ladder' }, type: 'semantic' });
    expect((await tight.read.get(API_NS, [99])).payload).toEqual({ text: 'A ladder' });
    expect(await recalled(tight, 'ladder')).toContainEqual({ text: 'A ladder' });
    expect(await tight.health.read()).not.toHaveProperty('obstacle');
    const advice = /not enough memory for the index of words: 20 memories .*Raise the limit .*Qdrant/;
    expect(warnings).toContainEqual(expect.stringMatching(advice));
    await closeAll();

    const hopeless = await openWith(9_000);
    await expect(recalled(hopeless, 'kettle')).rejects.toThrow(IndexUnavailableError);
    await storeKettle(hopeless);
    expect((await hopeless.read.get(API_NS, [1, 2, 3])).payload).toEqual(KETTLE);
    const { obstacle } = await hopeless.health.read();
    expect(obstacle).toMatch(/not enough memory for the index of words and the vector index.*Raise the limit/);
  });

  it('tells in plain words that the server lets nobody in', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const refusal = await openMemorySystem({ truth: { kind: 'server', url: url.href } }).catch(
      (error: unknown) => error,
    );
    expect(String(refusal)).toMatch(/PostgreSQL refused us \(.*no_such_database.*\); database missing/);
  });
});
