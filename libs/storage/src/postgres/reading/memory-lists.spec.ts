import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ListPosition, MemoryPage, Namespace } from '@sfm/memory';
import { aDeletion, aWrite, freshNamespace, nextMillisecond } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import type { RunInTransaction } from '../connection/postgres-database.js';
import { writeStatement } from '../writing/write-statement.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(() => truth.close());

const store = (namespace: Namespace, ...xs: number[]) =>
  truth.adapters.writer.write(xs.map((x) => aWrite(namespace, { coordinate: [x] })));

const page = (namespace: Namespace, limit: number, after?: ListPosition) =>
  truth.adapters.catalog.list(namespace, { limit, ...(after ? { after } : {}) }, new Date());

/** Reads the pages after `first` up to the last, and returns all memories. */
async function toTheEnd(namespace: Namespace, limit: number, first: MemoryPage) {
  const memories = [...first.memories];
  for (let next = first.next; next;) {
    const { memories: more, next: following } = await page(namespace, limit, next);
    memories.push(...more);
    next = following;
  }
  return memories;
}

const keys = (memories: MemoryPage['memories']) => memories.map(({ key }) => Number(key));

/** A write whose transaction stays open until it is told to commit. */
async function heldWrite(namespace: Namespace, x: number) {
  let commit = () => {};
  const held = new Promise<void>((resolve) => (commit = resolve));
  let written = () => {};
  const isWritten = new Promise<void>((resolve) => (written = resolve));
  const done = truth.database.transaction(async (run: RunInTransaction) => {
    await run(writeStatement([aWrite(namespace, { coordinate: [x] })], Date.now() + 60_000));
    written();
    await held;
  });
  await Promise.race([isWritten, done]);
  return async () => {
    commit();
    await done;
  };
}

describe('a list, page by page', () => {
  it('does not pass a write that commits late', async () => {
    const namespace = freshNamespace();
    await store(namespace, 1, 2);
    await nextMillisecond();
    const commit = await heldWrite(namespace, 3);
    await nextMillisecond();
    await store(namespace, 4, 5, 6);
    const first = await page(namespace, 3);
    expect(first.next).toBeDefined();
    await commit();
    expect(keys(await toTheEnd(namespace, 3, first))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ends although a write is under way, and holds everything acknowledged', async () => {
    const namespace = freshNamespace();
    await store(namespace, 0);
    const start = (await page(namespace, 1)).memories[0];
    const after = { createdAtMs: start?.createdAt.getTime() ?? 0, id: start?.id ?? 0 };
    await nextMillisecond();
    const commit = await heldWrite(namespace, 1);
    await store(namespace, 2, 3);
    expect(await page(namespace, 5, after)).toMatchObject({ memories: [{ key: '2' }, { key: '3' }] });
    expect((await page(namespace, 5, after)).next).toBeUndefined();
    const waiting = await page(namespace, 1, after);
    expect(waiting).toMatchObject({ memories: [], next: {} });
    await commit();
    expect(keys(await toTheEnd(namespace, 1, waiting))).toEqual([1, 2, 3]);
  });

  it.each([1, 2, 3])('holds everything acknowledged before its last page, once and in order (%i)', async () => {
    const namespace = freshNamespace();
    // The first write of a namespace makes the others wait.
    await store(namespace, 0);
    const acknowledged = new Set<number>([0]);
    let last = 0;
    let isOver = false;
    const keep = async (x: number) => {
      await store(namespace, x);
      acknowledged.add(x);
    };
    const hurried = async () => {
      while (!isOver) await keep((last += 1));
    };
    const late = async () => {
      while (!isOver) {
        const [x, other] = [(last += 1), (last += 1)];
        const commit = await heldWrite(namespace, x);
        await keep(other);
        await commit();
        acknowledged.add(x);
      }
    };
    const reborn = async () => {
      while (!isOver) {
        const x = (last += 1);
        await store(namespace, x);
        await truth.adapters.writer.delete([aDeletion(namespace, String(x))]);
        await keep(x);
      }
    };
    const writers = [hurried(), hurried(), late(), late(), reborn(), reborn()];

    const memories: MemoryPage['memories'][number][] = [];
    let before: ReadonlySet<number>;
    let after: ListPosition | undefined;
    do {
      if (memories.length > 300) isOver = true;
      before = new Set(acknowledged);
      const read: MemoryPage = await page(namespace, 10, after);
      memories.push(...read.memories);
      after = read.next;
    } while (after);
    isOver = true;
    await Promise.all(writers);

    const lives = memories.map(({ key, createdAt }) => `${key} ${createdAt.getTime()}`);
    expect(new Set(lives).size).toBe(lives.length);
    const times = memories.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const listed = new Set(keys(memories));
    expect([...before].filter((x) => !listed.has(x))).toEqual([]);
  });
});
