import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openMemorySystem,
  runningDatabase,
  withDataSource,
  type MemorySystem,
  type TruthOptions,
} from '@sfm/composition';
import {
  MemoryNotFoundError,
  toNamespace,
  UnknownMomentError,
  VersionUnavailableError,
  type Memory,
  type Namespace,
  type RecallHit,
} from '@sfm/memory';
import { nextMillisecond } from '@sfm/memory/testing';
import { PostgresDatabase, PostgresImportanceStates } from '@sfm/storage';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { createTestDatabase } from '../services/postgres/postgres.js';

interface Place {
  readonly truth: TruthOptions;
  leave(): Promise<void>;
}

async function inFolder(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-known-at-'));
  // The embedded server runs as another user where this process is root.
  await chmod(folder, 0o755);
  const truth = { kind: 'embedded', dataDir: path.join(folder, 'data') } as const;
  return { truth, leave: () => rm(folder, { recursive: true }) };
}

async function onServer(): Promise<Place> {
  const database = await createTestDatabase();
  return { truth: { kind: 'server', url: database.url }, leave: () => database.drop() };
}

const places = [
  { name: 'in a folder', describePlace: describe, enter: inFolder },
  { name: 'on a server', describePlace: await describeWith(['postgres']), enter: onServer },
];

const QUERIES = ['where is the kettle', 'red teapot', 'breakfast on monday'];
const PLACES = [[1], [2], [3], [4]] as const;

/** What the service answered at one moment. */
interface Snapshot {
  readonly at: Date;
  readonly read: readonly unknown[];
  readonly listed: readonly unknown[];
  readonly recalled: readonly (readonly ReturnType<typeof hitOf>[])[];
}

let place: Place;
let system: MemorySystem;

const anyNamespace = () => toNamespace(`known_at_${randomUUID()}`);
/** Access figures are no part of the past. */
const contentOf = ({ accessCount: _count, lastAccessedAt: _last, ...memory }: Memory) => memory;
const hitOf = ({ memory, score, explanation }: RecallHit) => ({
  memory: contentOf(memory),
  score: score.toFixed(6),
  signals: explanation?.contributions.map(({ signal, value }) => [signal, value.toFixed(6)]),
});

/** What a copy of the namespace has in common with it. */
const weighed = ({ recalled }: Snapshot) =>
  recalled.map((hits) => hits.map(({ memory: { key }, score, signals }) => ({ key, score, signals })));

const put = (
  namespace: Namespace,
  place: number,
  text: string,
  more: { importance?: number; session?: string } = {},
) => {
  const { importance, session } = more;
  return system.store.store(namespace, {
    coordinate: [place],
    payload: { text, ...(session === undefined ? {} : { session_id: session }) },
    type: 'episodic',
    ...(importance === undefined ? {} : { importance }),
  });
};

const link = (namespace: Namespace, from: number, to: number, weight = 1) =>
  system.links.link(namespace, { from: [from], to: [to], type: 'explains', weight }, 'both');

/** Takes down what reads answer now; nothing happens at the moment itself. */
async function snapshot(namespace: Namespace): Promise<Snapshot> {
  await nextMillisecond();
  const at = new Date();
  const read = await Promise.all(
    PLACES.map((place) => system.read.get(namespace, place).then(contentOf, (error: Error) => error.constructor)),
  );
  const { memories } = await system.read.list(namespace, { limit: 100 });
  const recalled = await Promise.all(
    QUERIES.map(async (query) => {
      const request = { query, topK: 10, explain: true, importance: { weight: 0.3 } };
      return (await system.recall.recall(namespace, request, at)).hits.map(hitOf);
    }),
  );
  await nextMillisecond();
  return { at, read, listed: memories.map(contentOf), recalled };
}

/** What reads answer now as known then. */
async function knownAt(namespace: Namespace, at: Date): Promise<Snapshot> {
  const read = await Promise.all(
    PLACES.map((place) => system.past.get(namespace, place, at).then(contentOf, (error: Error) => error.constructor)),
  );
  const { memories } = await system.past.list(namespace, { limit: 100 }, at);
  const recalled = await Promise.all(
    QUERIES.map(async (query) => {
      const request = { query, topK: 10, explain: true, importance: { weight: 0.3 } };
      return (await system.pastRecall.recall(namespace, request, at)).hits.map(hitOf);
    }),
  );
  return { at, read, listed: memories.map(contentOf), recalled };
}

/** Counts what waits to be counted, as any process may at any time. */
async function count(namespace: Namespace): Promise<void> {
  const running = await runningDatabase(place.truth);
  if (!running) throw new Error('no database');
  await withDataSource(running, place.truth, (dataSource) =>
    new PostgresImportanceStates(new PostgresDatabase(dataSource)).count(namespace),
  );
}

for (const { name, describePlace, enter } of places) {
  describePlace(`reads of the past, ${name}`, () => {
    beforeAll(async () => {
      place = await enter();
      system = await openMemorySystem({ truth: place.truth });
      await system.indexes.whenReady();
    });
    afterAll(async () => {
      await system.close();
      await place.leave();
    });

    it('answer as was answered then, along a life of stores, updates, deletions and restores', async () => {
      const namespace = anyNamespace();
      const snapshots: Snapshot[] = [];
      const step = async (change: () => Promise<unknown>) => {
        await change();
        snapshots.push(await snapshot(namespace));
      };
      await step(() => put(namespace, 1, 'The kettle is in the blue cupboard', { importance: 3, session: 'a' }));
      await step(() => put(namespace, 2, 'The teapot is red', { session: 'a' }));
      await step(() => put(namespace, 1, 'The kettle moved to the shelf', { importance: 9 }));
      await step(() => put(namespace, 3, 'Breakfast on Monday was late'));
      await step(() => link(namespace, 1, 3));
      await step(() => link(namespace, 1, 3, 0.25));
      await step(() => system.links.unlink(namespace, { from: [1], to: [3] }));
      await step(() => link(namespace, 3, 1));
      await step(() => system.forget.forget(namespace, [[2]]));
      await step(() => system.amend.amend(namespace, [3], { metadata: { day: 'monday' }, importance: 5 }));
      await step(() => system.restore.restore(namespace, [1], { version: 1 }));
      await step(() => system.restore.restore(namespace, [2], { version: 1 }));
      expect(snapshots.map(({ listed }) => listed.length)).toEqual([1, 2, 2, 3, 3, 3, 3, 3, 2, 2, 2, 3]);
      for (const taken of snapshots) expect(await knownAt(namespace, taken.at)).toEqual(taken);
    });

    it('weigh importances as they compared then, whatever has come since and whoever has counted it', async () => {
      const namespace = anyNamespace();
      const snapshots: Snapshot[] = [];
      const weigh = async (importances: readonly number[]) => {
        const items = importances.map((importance, index) => ({
          coordinate: [100 + index],
          payload: { text: `The cup number ${index} is breakable` },
          type: 'semantic' as const,
          importance,
        }));
        await system.store.storePortions(namespace, items);
        snapshots.push(await snapshot(namespace));
      };
      await put(namespace, 1, 'The kettle is red', { importance: 2 });
      await put(namespace, 2, 'The teapot is red', { importance: 8 });
      await weigh([1, 10]);
      // Even, then with a heavy tail, then with one that makes all others equal, then even again.
      for (const largest of [10, 60, 5000, 11]) {
        await weigh(Array.from({ length: 130 }, (_, index) => (index % 40 === 39 ? largest : 1 + (index % 10))));
      }
      await put(namespace, 3, 'Breakfast is as heavy as nothing before', { importance: 1e6 });
      const norms = snapshots.map(({ recalled }) => JSON.stringify(recalled));
      expect(new Set(norms).size).toBe(snapshots.length);
      for (const taken of snapshots) expect(await knownAt(namespace, taken.at)).toEqual(taken);
      await count(namespace);
      for (const taken of snapshots) expect(await knownAt(namespace, taken.at)).toEqual(taken);
      const copy = anyNamespace();
      await system.namespaceCopies.copy(namespace, copy);
      for (const taken of snapshots) expect(weighed(await knownAt(copy, taken.at))).toEqual(weighed(taken));
      const renamed = anyNamespace();
      while (!(await system.namespaceRenames.rename(copy, renamed)).isDone);
      for (const taken of snapshots) expect(weighed(await knownAt(renamed, taken.at))).toEqual(weighed(taken));
    });

    it('follow the links of then between memories that are there, and explain the way', async () => {
      const namespace = anyNamespace();
      await put(namespace, 1, 'The kettle began to whistle');
      await put(namespace, 2, 'Steam leaves through a narrow opening');
      for (let place = 10; place < 30; place += 1)
        await put(namespace, place, `The kettle number ${place} stood there`);
      const found = async (at?: Date) => {
        const request = { query: 'why does the kettle whistle', topK: 2, explain: true };
        const recalled = at
          ? await system.pastRecall.recall(namespace, request, at)
          : await system.recall.recall(namespace, request);
        const hit = recalled.hits.find(({ memory }) => memory.key === '2');
        return hit?.explanation?.lanes.find(({ lane }) => lane === 'graph')?.path?.steps ?? [];
      };
      const { at: before } = await snapshot(namespace);
      await link(namespace, 1, 2, 0.5);
      const { at: linked } = await snapshot(namespace);
      await system.links.unlink(namespace, { from: [1], to: [2] });
      const { at: after } = await snapshot(namespace);
      const way = [{ to: [2], type: 'explains', weight: 0.5, direction: 'out' }];
      expect([await found(), await found(before), await found(linked), await found(after)]).toEqual([[], [], way, []]);
      // What was deleted and came back has no links, as it has none now.
      await system.forget.forget(namespace, [[1]]);
      await system.restore.restore(namespace, [1], { version: 1 });
      expect(await found(linked)).toEqual([]);
    });

    it('leave out what was deleted since, and say so where it is asked for', async () => {
      const namespace = anyNamespace();
      await put(namespace, 1, 'The kettle is a secret');
      await put(namespace, 2, 'The teapot is none');
      const { at, listed } = await snapshot(namespace);
      expect(listed).toHaveLength(2);
      await system.forget.forget(namespace, [[1]]);
      const known = await knownAt(namespace, at);
      expect(known.read).toEqual([
        VersionUnavailableError,
        expect.anything(),
        MemoryNotFoundError,
        MemoryNotFoundError,
      ]);
      expect(known.listed).toEqual([listed[1]]);
      expect(JSON.stringify(known)).not.toContain('kettle');
    });

    it('refuse what lies before the beginning or in the future', async () => {
      const namespace = anyNamespace();
      await expect(system.past.get(namespace, [1], new Date())).rejects.toThrow(/nothing was ever kept/);
      await put(namespace, 1, 'The kettle');
      const { createdAt } = await system.read.get(namespace, [1]);
      const early = new Date(createdAt.getTime() - 1);
      const request = { query: 'kettle', topK: 1 };
      for (const [moment, why] of [
        [early, /must not lie before/],
        [new Date(Date.now() + 60_000), /future/],
      ] as const) {
        for (const attempt of [
          () => system.past.get(namespace, [1], moment),
          () => system.past.list(namespace, { limit: 1 }, moment),
          () => system.pastRecall.recall(namespace, request, moment),
        ]) {
          const refused: unknown = await attempt().catch((error: unknown) => error);
          expect(refused).toBeInstanceOf(UnknownMomentError);
          expect(String(refused)).toMatch(why);
        }
      }
    });

    it('recall over as many memories as one question may score, and refuse beyond', async () => {
      const namespace = anyNamespace();
      const items = Array.from({ length: 2001 }, (_, index) => ({
        coordinate: [index],
        payload: { text: `kettle number ${index}`, half: index % 2 },
        type: 'semantic' as const,
      }));
      await system.store.storePortions(namespace, items);
      await nextMillisecond();
      const at = new Date();
      const request = { query: 'kettle number 7', topK: 3 };
      await expect(system.pastRecall.recall(namespace, request, at)).rejects.toThrow(/at most 2000 memories/);
      const filter = { payload: [{ path: ['half'], equals: 1 }] };
      const { hits } = await system.pastRecall.recall(namespace, { ...request, filter }, at);
      expect(hits[0]?.memory.key).toBe('7');
      expect(hits.every(({ memory }) => memory.payload['half'] === 1)).toBe(true);
    });
  });
}
