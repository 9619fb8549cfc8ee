import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem, type MemorySystemOptions } from '@sfm/composition';
import { AuthorizedQuestions, type Answered } from '@sfm/edge';
import { toNamespace, type Memory, type Namespace, type Principal, type ValidityChoice } from '@sfm/memory';
import { nextMillisecond } from '@sfm/memory/testing';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';

const describePostgres = await describeWith(['postgres']);
const describeReal = await describeWith(['postgres', 'qdrant']);

const time = (text: string) => new Date(`${text}T00:00:00Z`);
/** Before the first, between the two changes, after them, and after the one that is yet to come. */
const TIMES = ['2024-01-01', '2024-07-01', '2025-07-01', '2100-01-01'].map(time);
const IN_PROCESS = 'indexes in the process';
const AHEAD = time('2099-01-01');

/** What is answered at one moment: for each time that can be asked for, and for none. */
interface Snapshot {
  readonly at: Date;
  readonly answers: readonly unknown[];
}

const QUESTIONS: readonly (ValidityChoice | undefined)[] = [
  undefined,
  ...TIMES.map((at) => ({ at })),
  { withSuperseded: true },
  { at: time('2024-07-01'), withSuperseded: true },
];

const anyNamespace = () => toNamespace(`validity_${randomUUID()}`);
const contentOf = ({ accessCount: _count, lastAccessedAt: _last, ...memory }: Memory) => memory;
const asked = (validity: ValidityChoice | undefined) => (validity === undefined ? {} : { validity });

function describeTimeline(name: string, options: () => Promise<Omit<MemorySystemOptions, 'truth'>>): void {
  describe(`validity, with ${name}`, () => {
    let database: TestDatabase;
    let system: MemorySystem;

    beforeAll(async () => {
      database = await createTestDatabase();
      system = await openMemorySystem({ truth: { kind: 'server', url: database.url }, ...(await options()) });
      await system.indexes.whenReady();
    });
    afterAll(async () => {
      await system.close();
      await database.drop();
    });

    const put = (
      namespace: Namespace,
      place: number,
      said: { text: string; validFrom?: Date; validTo?: Date; supersedes?: readonly (readonly number[])[] },
    ) => {
      const { text, ...validity } = said;
      return system.store.store(namespace, { coordinate: [place], payload: { text }, type: 'semantic', ...validity });
    };
    /** Answers of lists and recalls to one question, which must agree on what there is. */
    const answer = async (namespace: Namespace, validity: ValidityChoice | undefined, knownAt?: Date) => {
      const { memories } = knownAt
        ? await system.past.list(namespace, { limit: 100, ...asked(validity) }, knownAt)
        : await system.read.list(namespace, { limit: 100, ...asked(validity) });
      const recall = async (topK: number) => {
        const request = { query: 'what colour has the kettle', topK, ...asked(validity) };
        const { hits } = knownAt
          ? await system.pastRecall.recall(namespace, request, knownAt)
          : await system.recall.recall(namespace, request);
        return hits.map(({ memory }) => contentOf(memory));
      };
      const all = await recall(10);
      expect(all.map(({ key }) => key).sort()).toEqual(memories.map(({ key }) => key).sort());
      if (!knownAt) expect(await recall(1)).toEqual(all.slice(0, 1));
      return { listed: memories.map(contentOf), recalled: all };
    };
    const answers = async (namespace: Namespace, knownAt?: Date) => {
      const given: unknown[] = [];
      for (const question of QUESTIONS) given.push(await answer(namespace, question, knownAt));
      return given;
    };
    const snapshot = async (namespace: Namespace): Promise<Snapshot> => {
      await nextMillisecond();
      const at = new Date();
      const taken = { at, answers: await answers(namespace) };
      await nextMillisecond();
      return taken;
    };
    const keysAt = async (namespace: Namespace, validity?: ValidityChoice) => {
      const { listed } = await answer(namespace, validity);
      return listed.map(({ key }) => Number(key));
    };
    const keysAtTimes = (namespace: Namespace) =>
      Promise.all([undefined, ...TIMES].map((at) => keysAt(namespace, at && { at })));
    const agrees = async (namespace: Namespace) => {
      const report = await system.verifier.verify({ namespaces: [namespace], maxPendingSeconds: Infinity });
      return report.agrees;
    };

    it('is the same for the nearest, the selections, and questions that come together', async () => {
      const namespace = anyNamespace();
      await put(namespace, 1, { text: 'The kettle is blue' });
      await put(namespace, 2, { text: 'A red kettle', validFrom: time('2024-06-01'), supersedes: [[1]] });
      await put(namespace, 3, { text: 'Gold will be the kettle', validFrom: AHEAD });
      await put(namespace, 4, { text: 'The kettle was old', validTo: time('2024-02-01') });
      const keysOf = (memories: readonly Memory[]) => memories.map(({ key }) => Number(key)).sort();
      const answers = async (validity: ValidityChoice | undefined) => {
        const limited = { limit: 9, ...asked(validity) };
        const { found } = await system.nearest.nearest(namespace, { to: [0], ...limited });
        const lists = [
          found.map(({ memory }) => memory),
          await system.selection.recent(namespace, limited),
          await system.selection.important(namespace, limited),
          await system.selection.sample(namespace, limited),
        ];
        return lists.map(keysOf);
      };
      const principal: Principal = { credentialId: 'test', namespace, namespaces: '*', scopes: ['read'] };
      const choices = [undefined, ...TIMES.map((at) => ({ at })), { withSuperseded: true }, 'any' as const];
      const expected = [[2], [1, 4], [2], [2], [2, 3], [1, 2], [1, 2, 3, 4]];
      for (const [index, choice] of choices.entries()) {
        expect(await answers(choice)).toEqual(Array.from({ length: 4 }, () => expected[index]));
      }
      const asking = { query: 'what colour has the kettle', topK: 9 };
      const questions = choices.map((choice) => ({ request: { ...asking, ...asked(choice) } }));
      const doors = new AuthorizedQuestions(system.recall, system.pastRecall);
      const together = await doors.recallSettled(principal, questions);
      const hitsOf = (answer: Answered) => ('result' in answer ? answer.result.hits.map(({ memory }) => memory) : []);
      expect(together.map((answer) => keysOf(hitsOf(answer)))).toEqual(expected);
    });

    it('answers for any time, and as was answered then, along a life of facts that take each other’s place', async () => {
      const namespace = anyNamespace();
      const snapshots: Snapshot[] = [];
      const found: unknown[] = [];
      const step = async (change: () => Promise<unknown>) => {
        await change();
        snapshots.push(await snapshot(namespace));
        found.push(await keysAtTimes(namespace));
      };
      const green = { text: 'The kettle is green', validFrom: time('2025-01-01'), supersedes: [[2]] };
      await step(() => put(namespace, 1, { text: 'The kettle is blue' }));
      await step(() => put(namespace, 2, { text: 'A red kettle', validFrom: time('2024-06-01'), supersedes: [[1]] }));
      await step(() => put(namespace, 3, green));
      await step(() => put(namespace, 4, { text: 'Gold is the kettle', validFrom: AHEAD, supersedes: [[3]] }));
      await step(() => system.amend.amend(namespace, [2], { importance: 5, metadata: { checked: true } }));
      await step(() => system.amend.amend(namespace, [3], { supersedes: [] }));
      await step(() => system.restore.restore(namespace, [3], { version: 1 }));
      await step(() => system.forget.forget(namespace, [[2]]));
      await step(() => system.restore.restore(namespace, [2], { version: 3 }));
      await step(() => put(namespace, 1, { text: 'The kettle is blue as the sky' }));
      await step(() => system.restore.restore(namespace, [1], { version: 1 }));
      await step(() => system.amend.amend(namespace, [3], { validTo: time('2025-02-01') }));
      const whole = [[3], [1], [2], [3], [4]];
      expect(found).toEqual([
        [[1], [1], [1], [1], [1]],
        [[2], [1], [2], [2], [2]],
        [[3], [1], [2], [3], [3]],
        whole,
        whole,
        [[2, 3], [1], [2], [2, 3], [2, 4]],
        whole,
        [[1, 3], [1], [1], [1, 3], [1, 4]],
        whole,
        whole,
        whole,
        [[], [1], [2], [], [4]],
      ]);
      expect(await keysAt(namespace, { withSuperseded: true })).toEqual([1, 2]);
      expect(await keysAt(namespace, { at: time('2025-01-15'), withSuperseded: true })).toEqual([1, 2, 3]);
      await waitFor(() => agrees(namespace));
      expect(await answers(namespace)).toEqual(snapshots.at(-1)?.answers);
      // The past is not read from the indexes.
      if (name === IN_PROCESS) {
        for (const { at, answers: given } of snapshots) expect(await answers(namespace, at)).toEqual(given);
      }
      const shown = await system.read.get(namespace, [2]);
      expect(shown.validity).toMatchObject({ supersedes: ['1'], supersededBy: { '3': time('2025-01-01').getTime() } });
      await system.outcomes.report(namespace, [2], { outcome: 'red' });
      expect((await system.read.get(namespace, [2])).validity).toEqual(shown.validity);
      await system.forget.forget(namespace, [[1]]);
      await put(namespace, 1, { text: 'Another kettle is new' });
      await system.amend.amend(namespace, [2], { importance: 1 });
      expect((await system.read.get(namespace, [1])).validity).toBeUndefined();
    });

    it('finds the best that hold among very many that do not, indexed or not', async () => {
      const namespace = anyNamespace();
      const chain = Array.from({ length: 400 }, (_, index) => ({
        coordinate: [index],
        payload: { text: `The kettle is number ${index}` },
        type: 'semantic' as const,
        validFrom: new Date(time('2024-01-01').getTime() + index),
        ...(index === 0 ? {} : { supersedes: [[index - 1]] }),
      }));
      await system.store.storeAll(namespace, chain);
      const top = async (validity?: ValidityChoice) => {
        const request = { query: 'The kettle is number 7', topK: 3, ...asked(validity) };
        return (await system.recall.recall(namespace, request)).hits.map(({ memory }) => memory.key);
      };
      const expected = async () => {
        expect(await top()).toEqual(['399']);
        expect(await top({ at: new Date(time('2024-01-01').getTime() + 150) })).toEqual(['150']);
        expect(await top({ withSuperseded: true })).toHaveLength(3);
        expect((await top({ withSuperseded: true }))[0]).toBe('7');
        expect(await top({ at: time('2023-01-01') })).toEqual([]);
        const term = { term: 'kettle', exact: false, caseSensitive: true, limit: 2 };
        const { memories } = await system.read.keywordSearch(namespace, term);
        expect(memories.map(({ key }) => key)).toEqual(['399']);
        const box = { min: [0], max: [500], limit: 10 };
        expect((await system.read.range(namespace, box)).coordinates).toEqual([[399]]);
      };
      await expected();
      await waitFor(() => agrees(namespace));
      await expected();
    });
  });
}

describePostgres('embedded indexes', () => {
  describeTimeline(IN_PROCESS, async () => ({}));
});
describeReal('real servers', () => {
  describeTimeline('vectors in Qdrant', async () => {
    const { url, apiKey } = await testQdrant();
    return {
      vectors: { kind: 'qdrant', connection: { url, ...(apiKey === undefined ? {} : { apiKey }) } },
    };
  });
});
