import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../../../test/services/availability.js';
import { waitFor } from '../../../test/services/lifetime/wait-for.js';
import { createTestDatabase } from '../../../test/services/postgres/postgres.js';
import { testQdrant } from '../../../test/services/qdrant/qdrant.js';
import {
  createMemorySystem,
  MemoryMode,
  MemoryType,
  SomaFractalMemoryEnterprise,
  SomaFractalMemoryError,
  type JsonObject,
  type MemorySystemConfig,
} from './index.js';

const KETTLE = { text: 'The kettle is in the blue cupboard' };
const NO_ENVIRONMENT = { environment: {} };
/** Logs that nobody reads, and what was logged as an error. */
const listening = () => {
  const errors: unknown[] = [];
  const logger = {
    log: () => undefined,
    warn: () => undefined,
    error: (message: unknown) => void errors.push(message),
  };
  return { errors, around: { logger, ...NO_ENVIRONMENT } };
};

/** Reads base64. @throws Error for anything else */
function unsealed(text: string): string {
  const plain = Buffer.from(text, 'base64');
  if (plain.toString('base64') !== text) throw new Error('no base64');
  return plain.toString();
}

interface Place {
  readonly config: MemorySystemConfig;
  leave(): Promise<void>;
}

async function inFolder(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-library-'));
  // The embedded server runs as another user where this process is root.
  await chmod(folder, 0o755);
  return { config: { data_dir: path.join(folder, 'data') }, leave: () => rm(folder, { recursive: true }) };
}

async function onServers(): Promise<Place> {
  const [database, { url }] = await Promise.all([createTestDatabase(), testQdrant()]);
  const config = { postgres: { url: database.url }, qdrant: { url }, redis: { testing: true } };
  return { config, leave: () => database.drop() };
}

const places = [
  { name: 'in a folder', describePlace: describe, enter: inFolder },
  { name: 'on servers', describePlace: await describeWith(['postgres', 'qdrant']), enter: onServers },
];

for (const { name, describePlace, enter } of places) {
  describePlace(`a memory system ${name}`, () => {
    const { errors, around } = listening();
    const auditLogFile = path.join(tmpdir(), `sfm-audit-${process.pid}.jsonl`);
    let place: Place;
    let memory: SomaFractalMemoryEnterprise;

    beforeAll(async () => {
      place = await enter();
      memory = await createMemorySystem(MemoryMode.EVENTED_ENTERPRISE, `library-${process.pid}`, place.config, {
        ...around,
        auditLogFile,
      });
    });
    afterAll(async () => {
      await memory.close();
      await place.leave();
    });

    const texts = (memories: readonly JsonObject[]) => memories.map(({ text, fact }) => text ?? fact);

    it('stores what is given and reads it back with what belongs to it', async () => {
      expect(memory).toBeInstanceOf(SomaFractalMemoryEnterprise);
      await memory.storeMemory([1, 2, 3], { ...KETTLE, importance: 3 });
      expect(await memory.retrieve([1, 2, 3])).toEqual({
        ...KETTLE,
        importance: 3,
        memory_type: 'episodic',
        coordinate: [1, 2, 3],
        importance_norm: expect.any(Number),
        timestamp: expect.any(Number),
      });
      expect(await memory.retrieve([1.0, 2.0, 3.0])).toMatchObject({ access_count: expect.any(Number) });
      expect(await memory.retrieve([9, 9, 9])).toBeUndefined();

      expect(
        await memory.storeMemoriesBulk([
          [[1, 0], { fact: 'Tea is hot' }, MemoryType.SEMANTIC],
          [[2, 0], { text: 'We had tea' }],
        ]),
      ).toBe(true);
      expect(texts(await memory.retrieveMemories(MemoryType.SEMANTIC))).toEqual(['Tea is hot']);
      expect(await memory.getAllMemories()).toHaveLength(3);
      expect(await memory.memoryStats()).toMatchObject({ totalMemories: 3, episodic: 2, semantic: 1 });
      expect(await memory.healthCheck()).toEqual({
        kvStore: true,
        vectorStore: true,
        graphStore: true,
        predictionProvider: true,
      });
    });

    it('recalls by every method', async () => {
      await memory.storeMemory([20, 1], { text: 'The red bicycle needs oil', tag: 'garage', session: 's1' });
      await memory.storeMemory([20, 2], { fact: 'The red bicycle was bought in May', tag: 'shop' }, 'semantic');
      const question = 'the "red bicycle"';
      expect(texts(await memory.recall(question))).toContain('The red bicycle needs oil');
      expect(texts(await memory.recall(question, { context: { session: 's1' }, topK: 1 }))).toEqual([
        'The red bicycle needs oil',
      ]);
      expect(texts(await memory.findHybridWithContext(question, { session: 's1' }, { topK: 1 }))).toHaveLength(1);
      expect(texts(await memory.findHybridByType(question, { memoryType: 'semantic', topK: 1 }))).toEqual([
        'The red bicycle was bought in May',
      ]);
      expect(await memory.findHybridByType(question, { filters: { tag: 'shop' }, topK: 1 })).toMatchObject([
        { tag: 'shop' },
      ]);
      const [plain] = await memory.recallWithScores(question, { topK: 1 });
      expect(Object.keys(plain ?? {}).sort()).toEqual(['payload', 'score']);
      const without = await memory.hybridRecallWithScores(question, { terms: ['nothing like it'], exact: false });
      const boosted = await memory.hybridRecallWithScores(question, { terms: ['oil'], exact: false, boost: 5 });
      expect(boosted[0]?.payload).toMatchObject({ tag: 'garage' });
      expect(
        (boosted[0]?.score ?? 0) - (without.find(({ payload }) => payload['tag'] === 'garage')?.score ?? 0),
      ).toBeCloseTo(5);
      expect(texts(await memory.hybridRecall(question, { topK: 1 }))).toHaveLength(1);
      // A word that nothing has keeps nobody from being found.
      expect(await memory.recallWithScores('zyzzyva', { topK: 2 })).toHaveLength(2);
    });

    it('finds by words and by place', async () => {
      for (const number of [0, 1, 2, 3]) {
        await memory.storeMemory([50 + number, 50], { text: `step ${number}` }, number === 2 ? 'semantic' : 'episodic');
      }
      expect(texts(await memory.findByCoordinateRange([51, 50], [52, 50]))).toEqual(['step 1', 'step 2']);
      expect(texts(await memory.findByCoordinateRange([51, 50], [52, 50], 'semantic'))).toEqual(['step 2']);
      expect(texts(await memory.keywordSearch('step 3'))).toEqual(['step 3']);
      expect(await memory.keywordSearch('step', { exact: false, topK: 2 })).toHaveLength(2);
      expect(texts(await memory.keywordSearch('STEP 2', { memoryType: 'semantic' }))).toEqual(['step 2']);
      expect(await memory.keywordSearch('STEP 2', { caseSensitive: true })).toEqual([]);
    });

    it('stores a memory under a vector of the caller’s, by which it is found', async () => {
      const [vector] = await memory.embedText('a submarine in the harbour');
      const question = 'a submarine in the harbour';
      const found = async () => (await memory.recallWithScores(question, { topK: 1 }))[0]?.payload;
      await memory.storeVectorOnly([55, 1], vector, { tag: 'boat' });
      expect(await found()).toMatchObject({ tag: 'boat', coordinate: [55, 1], memory_type: 'episodic' });
      expect(await memory.retrieve([55, 1])).toMatchObject({ tag: 'boat' });
      // Once it is indexed it is found in the same way, and nothing is to be mended.
      await waitFor(async () => (await memory.memoryStats()).vectorCount > 0);
      expect(await memory.reconcileOnce()).toBe(0);
      expect(await found()).toMatchObject({ tag: 'boat' });
      // Only where it points to counts, and the newest does.
      const [other] = await memory.embedText('zzz qqq');
      await memory.storeVectorOnly([55, 1], other, { tag: 'boat' });
      await memory.storeVectorOnly(
        [55, 2],
        Array.from(vector, (value) => value * 7),
      );
      expect(await found()).toMatchObject({ coordinate: [55, 2] });
      for (const bad of [[1, 2], [...other].fill(0), [...other].fill(NaN), [...other].fill(Infinity)]) {
        await expect(memory.storeVectorOnly([55, 3], bad)).rejects.toThrow(/vector/);
      }
      expect(await memory.retrieve([55, 3])).toBeUndefined();
      expect(
        await memory.deleteMany([
          [55, 1],
          [55, 2],
        ]),
      ).toBe(2);
    });

    it('keeps versions, importance and links, which go with their memory', async () => {
      const [a, b, c] = [
        [60, 1],
        [60, 2],
        [60, 3],
      ] as const;
      await memory.storeMemory(a, { text: 'draft' });
      await memory.storeMemory(a, { text: 'final' });
      expect(await memory.saveVersion(a)).toBe(2);
      expect(texts(await memory.getVersions(a))).toEqual(['draft', 'final']);
      await memory.setImportance(a, 5);
      const [recalled] = await memory.recall('final', { topK: 1 });
      expect(recalled).toMatchObject({ text: 'final', importance: 5 });
      await memory.storeMemory(b, { text: 'b' });
      await memory.storeMemory(c, { text: 'c' });
      await memory.linkMemories(a, b);
      await memory.linkMemories(b, c);
      await memory.linkMemories(a, c, { linkType: 'related', weight: 5 });
      await memory.linkMemories(a, c, { linkType: 'direct', weight: 1 });
      expect(await memory.findShortestPath(a, c, 'related')).toEqual([a, b, c]);
      expect(await memory.findShortestPath(a, c)).toEqual([a, c]);
      expect(await memory.findShortestPath(a, c, 'unheard')).toEqual([]);
      expect(texts(await memory.getLinkedMemories(a, { linkType: 'related' }))).toEqual(['b', 'c']);
      expect(await memory.getLinkedMemories(a, { depth: 2 })).toHaveLength(2);

      expect(await memory.delete(a)).toBe(true);
      expect(await memory.delete(a)).toBe(true);
      expect(await memory.retrieve(a)).toBeUndefined();
      expect(await memory.getLinkedMemories(a)).toEqual([]);
      expect(await memory.deleteMany([a, b, c])).toBe(2);
      await expect(memory.setImportance(a)).rejects.toThrow(SomaFractalMemoryError);
      await expect(memory.saveVersion(a)).rejects.toThrow(SomaFractalMemoryError);
    });

    it('calls hooks, which may change what is stored and fail without harm', async () => {
      const calls: string[] = [];
      memory.setHook('before_store', (data) => {
        data['seen'] = true;
      });
      memory.setHook('after_store', () => {
        throw new Error('clumsy');
      });
      memory.setHook('before_recall', (query, context, topK) => calls.push(`recall ${query} ${topK}`));
      memory.setHook('after_recall', (...[, , , , results]) => calls.push(`found ${results.length > 0}`));
      memory.setHook('before_forget', () => calls.push('replaced'));
      memory.setHook('before_forget', ([x]) => calls.push(`forget ${x}`));
      const coordinate = await memory.remember({ text: 'hooked' });
      expect(await memory.retrieve(coordinate)).toMatchObject({ text: 'hooked', seen: true });
      await memory.recall('hooked', { topK: 3 });
      await memory.forget(coordinate);
      expect(await memory.retrieve(coordinate)).toBeUndefined();
      expect(calls).toEqual(['recall hooked 3', 'found true', `forget ${coordinate[0]}`]);
      expect(errors).toEqual(['the hook after_store failed']);
    });

    it('looks back: the important, the recent, some of them, in a line each', async () => {
      await memory.storeMemory([80, 0], { task: 'sow' });
      await memory.storeMemory([80, 1], { task: 'water the plants' });
      await memory.setImportance([80, 1], 1e6);
      expect(await memory.getImportant(1)).toMatchObject([{ task: 'water the plants' }]);
      await memory.storeMemory([80, 2], { fact: 'Ferns like shade' }, 'semantic');
      expect(await memory.getRecent(2)).toMatchObject([{ fact: 'Ferns like shade' }, { task: 'water the plants' }]);
      expect(await memory.summarizeMemories(2)).toEqual(['Ferns like shade', 'water the plants']);
      expect(await memory.getRecent(1, 'episodic')).toMatchObject([{ task: 'water the plants' }]);
      const seen: unknown[] = [];
      memory.setHook('before_reflect', (n) => seen.push(n));
      memory.setHook('after_reflect', (n, type, memories) => seen.push(memories.length));
      expect(await memory.reflect(2)).toHaveLength(2);
      expect(seen).toEqual([2, 2]);
      const places = (await memory.replayMemories(1000, null)).map(({ coordinate }) => JSON.stringify(coordinate));
      expect(new Set(places).size).toBe((await memory.memoryStats()).totalMemories);
      await expect(memory.replayMemories(-1)).rejects.toThrow(SomaFractalMemoryError);
    });

    it('learns from outcomes, and corrects what was wrong at a place of its own', async () => {
      await memory.storeMemory([81, 1], { predicted_outcome: 'rain' });
      expect(await memory.reportOutcome([81, 1], 'rain')).toMatchObject({ reported_outcome: 'rain', error: false });
      expect(await memory.getLinkedMemories([81, 1])).toEqual([]);
      await memory.storeMemory([81, 2], { predicted_outcome: 'rain' });
      expect(await memory.reportOutcome([81, 2], 'sun')).toMatchObject({ coordinate: [81, 2], error: true });
      expect(await memory.retrieveMemories('semantic')).toContainEqual(
        expect.objectContaining({ corrective_for: [81, 2], correction: 'sun' }),
      );
      expect(await memory.reportOutcome([81, 9], 'sun')).toEqual({ error: true, message: expect.any(String) });
    });

    it('consolidates what happened lately, and keeps it', async () => {
      await memory.storeMemory([82, 1], { text: 'The boiler was repaired' });
      expect(await memory.consolidateMemories()).toBeGreaterThan(0);
      const made = await memory.retrieveMemories('semantic');
      expect(made).toContainEqual(expect.objectContaining({ consolidated_from: [82, 1] }));
      expect(await memory.retrieve([82, 1])).toMatchObject({ text: 'The boiler was repaired' });
    });

    it('lets one at a time hold a lock', async () => {
      const order: string[] = [];
      const lock = await memory.acquireLock('stove', 5);
      const waiting = memory.withLock('stove', async ({ token }) => {
        order.push('work');
        expect(token).toBeGreaterThan(lock.token);
        return memory.withLock('stove', () => Promise.resolve('done'));
      });
      order.push('release');
      expect(await lock.release()).toBe(true);
      expect(await waiting).toBe('done');
      expect(order).toEqual(['release', 'work']);
      await expect(memory.withLock('stove', () => Promise.reject(new Error('burnt')))).rejects.toThrow('burnt');
      await (await memory.acquireLock('stove', 1)).release();
    });

    it('writes memories to a file and takes them from one', async () => {
      const file = path.join(tmpdir(), `sfm-export-${process.pid}.jsonl`);
      await memory.storeMemory([83, 1], { task: 'travel', timestamp: 7 }, 'semantic');
      const before = await memory.retrieve([83, 1]);
      const count = await memory.exportMemories(file);
      expect(count).toBe((await memory.memoryStats()).totalMemories);
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
      const line = lines.find((each) => each.includes('"travel"')) ?? '';

      await memory.delete([83, 1]);
      await writeFile(file, `\n${line}\n`);
      expect(await memory.importMemories(file, { replace: true })).toBe(1);
      expect(await memory.retrieve([83, 1])).toMatchObject({ task: 'travel', timestamp: 7, memory_type: 'semantic' });
      expect(Object.keys((await memory.retrieve([83, 1])) ?? {})).toEqual(
        expect.arrayContaining(Object.keys(before ?? {})),
      );

      await memory.delete([83, 1]);
      await writeFile(file, `${line}\n{"coordinate": "83,1"}\n`);
      await expect(memory.importMemories(file)).rejects.toThrow(/line 2/);
      expect(await memory.retrieve([83, 1])).toBeUndefined();
      await rm(file);
    });

    it('keeps what is kept by rules on demand', async () => {
      expect(await memory.runDecayOnce()).toMatchObject({ isComplete: true });
      expect(await memory.enforceMemoryLimit()).toBe(0);
    });

    it('keeps what a cipher is for unreadable in the stores', async () => {
      const base64 = { encrypt: (text: string) => Buffer.from(text).toString('base64'), decrypt: unsealed };
      await memory.storeMemory([70, 1], { task: 'plain' });
      memory.cipher = base64;
      await memory.storeMemory([70, 2], { task: 'secret', code: 7, text: 'sealed' });
      expect(await memory.retrieve([70, 2])).toMatchObject({ task: 'secret', code: 7, text: 'sealed' });
      expect(await memory.retrieve([70, 1])).toMatchObject({ task: 'plain' });
      expect(await memory.getVersions([70, 2])).toMatchObject([{ task: 'secret' }]);
      memory.cipher = undefined;
      expect(await memory.retrieve([70, 2])).toMatchObject({ task: base64.encrypt('secret') });
    });

    it('mends what an index lacks, and finds nothing to mend where all is well', async () => {
      expect(await memory.reconcileOnce()).toBe(0);
    });

    it('notes what the caller wants audited', async () => {
      await memory.auditLog('read', [1, 2]);
      await memory.auditLog('delete', [1, 2], 'ada');
      const lines = (await readFile(auditLogFile, 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        { action: 'read', coordinate: [1, 2], user: 'system', timestamp: expect.any(Number) },
        { action: 'delete', coordinate: [1, 2], user: 'ada', timestamp: expect.any(Number) },
      ]);
      await rm(auditLogFile);
    });

    it('embeds the same text into the same vector of unit length', async () => {
      const [[one], [two]] = await Promise.all([memory.embedText('kettle'), memory.embedText('kettle')]);
      expect(one).toEqual(two);
      expect(one.length).toBe(768);
      expect(Math.hypot(...one)).toBeCloseTo(1, 4);
    });

    it('lists, clones, renames and deletes namespaces, and stays in its own', async () => {
      const [copy, renamed] = [`copy-${process.pid}`, `renamed-${process.pid}`];
      const { total } = (await memory.namespaces.describe(memory.namespace)).memories;
      expect(total).toBeGreaterThan(0);
      expect(await memory.namespaces.clone(memory.namespace, copy)).toMatchObject({ memories: total });
      await expect(memory.namespaces.rename(memory.namespace, copy)).rejects.toMatchObject({
        code: 'namespace_not_empty',
      });
      expect(await memory.namespaces.rename(copy, renamed)).toMatchObject({ memories: total });
      const listed: string[] = [];
      for await (const { namespace, bytes, newestAt } of memory.namespaces.list()) {
        listed.push(namespace);
        expect([bytes > 0, newestAt]).toEqual([true, expect.any(Date)]);
      }
      expect(listed).toEqual([memory.namespace, renamed].sort());
      await expect(memory.namespaces.delete(renamed, { confirm: copy })).rejects.toBeInstanceOf(SomaFractalMemoryError);
      expect(await memory.namespaces.delete(renamed, { confirm: renamed })).toMatchObject({ memories: total });
      expect((await memory.namespaces.describe(renamed)).memories.total).toBe(0);
      expect((await memory.namespaces.describe(memory.namespace)).memories.total).toBe(total);
      await expect(memory.namespaces.clone('', copy)).rejects.toBeInstanceOf(SomaFractalMemoryError);
    });

    it('refuses what cannot be kept, and leaves no trace of it', async () => {
      const bad = [90, 90];
      await expect(memory.storeMemory([NaN], KETTLE)).rejects.toThrow(/coordinate/);
      await expect(memory.storeMemory([], KETTLE)).rejects.toThrow(SomaFractalMemoryError);
      await expect(memory.storeMemory(bad, { text: 'a\0b' })).rejects.toThrow(SomaFractalMemoryError);
      await expect(memory.storeMemory(bad, { importance: Infinity })).rejects.toThrow(/importance/);
      await expect(memory.storeMemory(bad, KETTLE, 'working' as 'episodic')).rejects.toThrow(/episodic/);
      await expect(memory.setImportance(bad, NaN)).rejects.toThrow(SomaFractalMemoryError);
      expect(await memory.retrieve(bad)).toBeUndefined();
    });
  });
}

describe('a memory system that is given things', () => {
  it('shares memories with another one, those that pass', async () => {
    const { around } = listening();
    const [here, there] = await Promise.all([inFolder(), inFolder()]);
    const giver = await createMemorySystem('evented_enterprise', 'giver', here.config, around);
    const receiver = await createMemorySystem(' Evented_Enterprise', 'receiver', there.config, around);
    await giver.storeMemory([1], { fact: 'shared' }, 'semantic');
    await giver.storeMemory([2], { fact: 'kept' });
    await giver.shareMemoryWith(receiver, ({ fact }) => fact === 'shared');
    expect(await receiver.getAllMemories()).toMatchObject([{ fact: 'shared', memory_type: 'semantic' }]);
    await Promise.all([giver.close(), receiver.close()]);
    await Promise.all([here.leave(), there.leave()]);
  });

  it.each<[MemorySystemConfig, RegExp]>([
    [{ vector: { backend: 'milvus' } }, /config\.vector\.backend/],
    [{ vector: { backend: 'Qdrant' } }, /config\.qdrant/],
    [{ redis: { port: 0 } }, /config\.redis\.port/],
    [JSON.parse('{"redis":null}') as MemorySystemConfig, /config\.redis/],
    [{ postgres: { dsn: 'x' } } as MemorySystemConfig, /config\.postgres.*dsn/],
  ])('refuses the configuration %j and names the key', async (config, message) => {
    await expect(createMemorySystem('evented_enterprise', 'ns', config, NO_ENVIRONMENT)).rejects.toThrow(message);
  });

  it('refuses a mode and a namespace that are none', async () => {
    await expect(createMemorySystem('on_demand', 'ns', {}, NO_ENVIRONMENT)).rejects.toThrow(/evented_enterprise/);
    await expect(createMemorySystem('evented_enterprise', ' ', {}, NO_ENVIRONMENT)).rejects.toThrow(/namespace/);
  });
});
