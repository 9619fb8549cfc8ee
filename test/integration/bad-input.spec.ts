import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openMemorySystem,
  runningDatabase,
  withDataSource,
  type MemorySystem,
  type TruthOptions,
} from '@sfm/composition';
import {
  ImportStoppedError,
  MemoryNotFoundError,
  NamespaceBusyError,
  toNamespace,
  UnknownMomentError,
  type Namespace,
  type NeighboursQuery,
  type PathQuery,
} from '@sfm/memory';
import { PostgresDatabase } from '@sfm/storage';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { createTestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';

interface Place {
  readonly truth: TruthOptions;
  readonly system: MemorySystem;
  leave(): Promise<void>;
}

async function inFolder(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-bad-input-'));
  // The embedded server runs as another user where this process is root.
  await chmod(folder, 0o755);
  const truth = { kind: 'embedded', dataDir: path.join(folder, 'data') } as const;
  const system = await openMemorySystem({ truth });
  return { truth, system, leave: () => rm(folder, { recursive: true }) };
}

async function onServers(): Promise<Place> {
  const [database, qdrant] = await Promise.all([createTestDatabase(), testQdrant()]);
  const truth = { kind: 'server', url: database.url } as const;
  const system = await openMemorySystem({ truth, vectors: { kind: 'qdrant', connection: qdrant } });
  return { truth, system, leave: () => database.drop() };
}

const places = [
  { name: 'in a folder', describePlace: describe, enter: inFolder },
  { name: 'on servers', describePlace: await describeWith(['postgres', 'qdrant']), enter: onServers },
];

const AT = '2026-01-31T12:00:00.000Z';
const HEADER = '{"format":"somafractalmemory","version":1,"include":[]}';
const memoryLine = (x: number) =>
  JSON.stringify({
    ...{
      kind: 'memory',
      coordinate: [x],
      version: 1,
      type: 'semantic',
      payload: { text: `kettle ${x}` },
      importance: null,
    },
    ...{ importance_norm: 0, expires_at: null, created_at: AT, updated_at: AT },
  });
const ONCE = { onConflict: 'fail', fromLine: 1, verifies: false } as const;

for (const { name, describePlace, enter } of places) {
  describePlace(`what cannot be done, ${name}`, () => {
    let place: Place;
    let system: MemorySystem;
    let namespace: Namespace;

    beforeAll(async () => {
      place = await enter();
      ({ system } = place);
    });
    afterAll(async () => {
      await system.close();
      await place.leave();
    });

    /** A namespace of its own, with memories at 1, 2 and 3. */
    const begin = async (...coordinates: number[]) => {
      namespace = toNamespace(`bad_${randomUUID()}`);
      const memories = coordinates.map(
        (x) => ({ coordinate: [x], payload: { text: `kettle ${x}` }, type: 'semantic' }) as const,
      );
      await system.store.storePortions(namespace, memories);
    };
    const link = (from: number, to: number, more: { weight?: number; allowsSelf?: boolean } = {}) =>
      system.links.link(namespace, { from: [from], to: [to], type: 'next', weight: 1, ...more }, 'both');
    const neighbours = (of: number, more: Partial<NeighboursQuery> = {}) =>
      system.graph.neighbours(namespace, { of: [of], direction: 'out', hops: 1, order: 'oldest', ...more }, 'refuse');
    const shortest = (from: number, to: number, more: Partial<PathQuery> = {}) =>
      system.graph.shortestPath(namespace, { from: [from], to: [to], maxLinks: 6, cost: 'weight', ...more }, 'refuse');
    const links = () => system.graph.count(namespace);
    async function* file(...lines: string[]) {
      yield Buffer.from(`${lines.join('\n')}\n`);
    }
    const importing = (...lines: string[]) => system.imports.import(namespace, file(...lines), ONCE);
    const stop = async (work: Promise<unknown>) => {
      const error: unknown = await work.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ImportStoppedError);
      return error;
    };
    const here = async () => (await system.read.list(namespace, { limit: 50 })).memories.map(({ key }) => key);

    it('a link leads to where it begins only for clients that may make one, and no walk is caught in it', async () => {
      await begin(1, 2);
      await expect(link(1, 1)).rejects.toMatchObject({ field: 'to' });
      expect(await links()).toBe(0);
      await link(1, 1, { allowsSelf: true });
      await link(1, 2);
      expect((await shortest(1, 2))?.nodes).toEqual(['1', '2']);
      expect((await neighbours(1, { hops: 6, direction: 'both' })).some(({ key }) => key === '2')).toBe(true);
    });

    it('a link leads to a memory of another namespace, or is seen from there', async () => {
      await begin(9);
      const other = namespace;
      await begin(1, 2);
      await expect(link(1, 9)).rejects.toBeInstanceOf(MemoryNotFoundError);
      await link(1, 2);
      namespace = other;
      expect(await links()).toBe(0);
      await expect(neighbours(1)).rejects.toBeInstanceOf(MemoryNotFoundError);
      await expect(shortest(1, 2)).rejects.toBeInstanceOf(MemoryNotFoundError);
    });

    it('a path goes round in a circle', async () => {
      await begin(1, 2, 3, 4);
      for (const [from, to] of [
        [1, 2],
        [2, 1],
        [2, 3],
        [3, 1],
      ] as const)
        await link(from, to);
      expect((await shortest(1, 3))?.nodes).toEqual(['1', '2', '3']);
      for (const cost of ['weight', 'links'] as const)
        expect(await shortest(1, 4, { cost, maxLinks: 64 })).toBeUndefined();
      const around = await neighbours(1, { hops: 6, direction: 'both' });
      expect(new Set(around.map(({ key }) => key))).toEqual(new Set(['2', '3']));
    });

    it.each([-1, NaN, Infinity, -Infinity])('a link weighs %d', async (weight) => {
      await begin(1, 2);
      await expect(link(1, 2, { weight })).rejects.toMatchObject({ field: 'weight' });
      expect(await links()).toBe(0);
    });

    it.each([0, -1, 7, 1.5, NaN, Infinity])('neighbours are %d links away', async (hops) => {
      await begin(1);
      await expect(neighbours(1, { hops })).rejects.toMatchObject({ field: 'k_hop' });
    });

    it.each([0, -1, 65, 1.5, NaN, Infinity])('a path has %d links', async (maxLinks) => {
      await begin(1, 2);
      await expect(shortest(1, 2, { maxLinks })).rejects.toMatchObject({ field: 'max_depth' });
    });

    it('all links of a memory are pruned without a word', async () => {
      await begin(1, 2, 3);
      await link(1, 2);
      await link(1, 3);
      await expect(system.links.prune(namespace, { from: [1], weightBelow: 2 })).rejects.toMatchObject({
        field: 'allow_all',
      });
      await expect(system.links.prune(namespace, { from: [1], maxDegree: NaN })).rejects.toMatchObject({
        field: 'max_degree',
      });
      expect(await links()).toBe(2);
      expect(await system.links.prune(namespace, { from: [1], weightBelow: 2, allowsAll: true })).toBe(2);
    });

    it('an erased version is restored', async () => {
      await begin(1);
      for (const n of [2, 3])
        await system.store.store(namespace, { coordinate: [1], payload: { n }, type: 'semantic' });
      await erase(namespace, 2);
      const restore = (version: number) => system.restore.restore(namespace, [1], { version });
      await expect(restore(2)).rejects.toMatchObject({ code: 'version_unavailable', why: 'erased' });
      await expect(restore(9)).rejects.toMatchObject({ code: 'version_not_found' });
      expect(await restore(1)).toMatchObject({ version: 4 });
    });

    it('a memory holds until before it begins to', async () => {
      await begin(1);
      const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
      for (const validTo of [early, late]) {
        const backwards = { coordinate: [2], payload: {}, type: 'semantic', validFrom: late, validTo } as const;
        await expect(system.store.store(namespace, backwards)).rejects.toMatchObject({ field: 'valid_to' });
        const change = { validFrom: late, validTo };
        await expect(system.amend.amend(namespace, [1], change)).rejects.toMatchObject({ field: 'valid_to' });
      }
      expect(await here()).toEqual(['1']);
    });

    it('reads go back before the beginning', async () => {
      await begin(1);
      const { createdAt } = await system.read.get(namespace, [1]);
      const before = new Date(createdAt.getTime() - 1);
      const asked = { query: 'kettle', topK: 1 };
      await expect(system.past.get(namespace, [1], before)).rejects.toBeInstanceOf(UnknownMomentError);
      await expect(system.past.list(namespace, { limit: 1 }, before)).rejects.toBeInstanceOf(UnknownMomentError);
      await expect(system.pastRecall.recall(namespace, asked, before)).rejects.toBeInstanceOf(UnknownMomentError);
    });

    it('a file with a broken line is imported: it is named, nothing of its part is there, and the rest may follow', async () => {
      await begin();
      const lines = Array.from({ length: 1500 }, (_, x) => memoryLine(x));
      const broken = lines.map((line, x) => (x === 1200 ? line.slice(0, -1) : line));
      expect(await stop(importing(HEADER, ...broken))).toMatchObject({
        code: 'broken_import',
        line: 1202,
        progress: { resumeFromLine: 1002, records: 1000 },
      });
      expect((await system.read.counts(namespace)).total).toBe(1000);
      const rest = await system.imports.import(namespace, file(HEADER, ...lines), { ...ONCE, fromLine: 1002 });
      expect(rest.memories.imported).toBe(500);
    });

    it('a file of a later format is imported', async () => {
      await begin();
      const later = await stop(importing(HEADER.replace('"version":1', '"version":2'), memoryLine(1)));
      expect(later).toMatchObject({ code: 'broken_import', line: 1, problem: expect.stringMatching(/later|version/) });
      expect(await here()).toEqual([]);
    });

    it('two files are imported into one namespace at once', async () => {
      await begin();
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      let isBegun: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => (isBegun = resolve));
      async function* slowly() {
        yield Buffer.from(`${HEADER}\n${memoryLine(1)}\n`);
        isBegun();
        await held;
        yield Buffer.from(`${memoryLine(2)}\n`);
      }
      const first = system.imports.import(namespace, slowly(), ONCE);
      await begun;
      await expect(importing(HEADER, memoryLine(3))).rejects.toBeInstanceOf(NamespaceBusyError);
      goOn();
      expect((await first).memories.imported).toBe(2);
      expect((await importing(HEADER, memoryLine(3))).memories.imported).toBe(1);
    });

    it('an export is kept from being as it was by a reader who is slow, or goes away', async () => {
      await begin(...Array.from({ length: 1200 }, (_, x) => x));
      const { parts } = await system.exports.export(namespace, { include: [] });
      const first = await parts.next();
      await system.forget.forget(namespace, [[1150]]);
      await system.store.store(namespace, { coordinate: [1160], payload: { text: 'late' }, type: 'semantic' });
      await system.store.store(namespace, { coordinate: [5000], payload: { text: 'late' }, type: 'semantic' });
      let text = String(first.value);
      for await (const part of parts) text += part;
      const told = text.split('\n').filter((line) => line.includes('"kind":"memory"'));
      expect(told).toHaveLength(1199);
      expect(text).not.toContain('late');

      const gone = await system.exports.export(namespace, { include: [] });
      await gone.parts.next();
      await gone.parts.return(undefined);
      expect(await gone.parts.next()).toEqual({ value: undefined, done: true });
      expect(await here()).toHaveLength(50);
    });

    /** Takes a version out of the ledger, as an erasure does. */
    async function erase(from: Namespace, version: number): Promise<void> {
      const running = await runningDatabase(place.truth);
      if (!running) throw new Error('no database');
      await withDataSource(running, place.truth, (dataSource) =>
        new PostgresDatabase(dataSource).transaction(async (run) => {
          await run({ text: "SET LOCAL soma.erasure = 'on'" });
          await run({
            text: 'DELETE FROM memory_events WHERE namespace = $1 AND version = $2',
            values: [from, version],
          });
        }),
      );
    }
  });
}
