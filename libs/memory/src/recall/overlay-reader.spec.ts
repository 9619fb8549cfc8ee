import { beforeEach, describe, expect, it } from '@jest/globals';
import { currentBudget, RequestBudget, withBudget } from '../attempts/request-budget.js';
import { RequestEndedError, StoreUnavailableError } from '../model/errors.js';
import { IndexWarmup } from '../indexing/projection/index-warmup.js';
import { heapGrowth } from '../testing/heap-growth.js';
import { aMemory } from '../testing/memory-builder.js';
import { Embedder } from '../index-model/embedder.port.js';
import { OverlayReader, type OverlayOptions } from './overlay-reader.js';
import {
  PendingMemories,
  type IndexLag,
  type PendingMemory,
  type PendingVersion,
} from '../index-model/pending-memories.port.js';
import { toNamespace, type Namespace } from '../model/namespace.js';

const TEST = toNamespace('test');

/** Pending memories by namespace, the newest first, and what was read of them. */
class ListedPending extends PendingMemories {
  readonly loads: (readonly string[])[] = [];
  readonly budgets = new Set<RequestBudget | undefined>();
  /** Space of the embeddings that are stored with memories of these keys. */
  readonly stored = new Map<string, string>();
  failure: Error | undefined;
  private readonly versionsOf = new Map<string, readonly PendingVersion[]>();

  set(namespace: Namespace, versions: readonly PendingVersion[]): void {
    if (versions.length === 0) this.versionsOf.delete(namespace);
    else this.versionsOf.set(namespace, versions);
  }

  async versions(namespace: Namespace, limit = Infinity): Promise<readonly PendingVersion[]> {
    return (this.versionsOf.get(namespace) ?? []).slice(0, limit);
  }

  async count(namespace: Namespace): Promise<number> {
    return (await this.versions(namespace)).length;
  }

  async lag(namespace: Namespace): Promise<IndexLag> {
    const events = await this.count(namespace);
    return { events, seconds: events };
  }

  async load(namespace: Namespace, keys: readonly string[]): Promise<readonly PendingMemory[]> {
    this.loads.push(keys);
    this.budgets.add(currentBudget());
    await new Promise((resolve) => setImmediate(resolve));
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const current = new Map((this.versionsOf.get(namespace) ?? []).map(({ key, version }) => [key, version]));
    return keys.map((key) => {
      const space = this.stored.get(key);
      return {
        memory: aMemory({ id: Number(key), key, version: current.get(key) ?? 1 }),
        searchedText: `text ${key}`,
        session: null,
        ...(space === undefined ? {} : { embedding: { space, vector: Float32Array.of(0, 1) } }),
      };
    });
  }

  get loaded(): number {
    return this.loads.reduce((sum, keys) => sum + keys.length, 0);
  }
}

class CountingEmbedder extends Embedder {
  readonly space = 'test';
  readonly dimension = 2;
  embedded = 0;
  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    this.embedded += texts.length;
    return texts.map(() => Float32Array.of(1, 0));
  }
}

/** Keys `from` down to 1, as version 1. */
const descending = (from: number): PendingVersion[] =>
  Array.from({ length: from }, (_, index) => ({ key: String(from - index), version: 1, deleted: false }));

describe('OverlayReader', () => {
  let pending: ListedPending;
  let embedder: CountingEmbedder;

  beforeEach(() => {
    pending = new ListedPending();
    embedder = new CountingEmbedder();
  });

  const open = (options: Partial<OverlayOptions> = {}) => {
    const readiness = new IndexWarmup(1000);
    readiness.markReady();
    const limits = { maxEmbedded: Infinity, maxPoints: Infinity, ...options };
    return new OverlayReader(pending, embedder, readiness, limits);
  };

  it('hides what is pending and has the points of what is not deleted', async () => {
    pending.set(TEST, [
      { key: '2', version: 3, deleted: true },
      { key: '1', version: 2, deleted: false },
    ]);
    const { hidden, points, isPartial } = await open().read(TEST);
    expect([...hidden]).toEqual(['2', '1']);
    expect(points.map(({ key, version }) => `${key}@${version}`)).toEqual(['1@2']);
    expect(isPartial).toBe(false);
  });

  it('takes the embedding that is stored with a memory, if it is of the space of the others', async () => {
    pending.set(TEST, descending(3));
    pending.stored.set('1', 'elsewhere').set('2', 'test');
    const { points } = await open().read(TEST);
    expect(points.map(({ key, vector }) => [key, [...(vector ?? [])]])).toEqual([
      ['3', [1, 0]],
      ['2', [0, 1]],
      ['1', [1, 0]],
    ]);
    expect(embedder.embedded).toBe(2);
  });

  it('makes a point once, and anew when the memory has changed', async () => {
    const overlays = open();
    pending.set(TEST, descending(3));
    await overlays.read(TEST);
    pending.set(TEST, [{ key: '2', version: 2, deleted: false }, ...descending(3).filter(({ key }) => key !== '2')]);
    const { points } = await overlays.read(TEST);
    expect(pending.loads).toEqual([['3', '2', '1'], ['2']]);
    expect(points.find(({ key }) => key === '2')?.version).toBe(2);
  });

  it('makes a backlog once for all recalls that come at the same time, in portions', async () => {
    const overlays = open();
    pending.set(TEST, descending(1000));
    const read = await Promise.all(Array.from({ length: 8 }, () => overlays.read(TEST)));
    expect(read.map(({ points }) => points.length)).toEqual(Array.from({ length: 8 }, () => 1000));
    expect(pending.loaded).toBe(1000);
    expect(Math.max(...pending.loads.map(({ length }) => length))).toBeLessThanOrEqual(128);
    expect(embedder.embedded).toBe(1000);
  });

  it('fails the recall that was reading a backlog, and lets one that waited for it read on', async () => {
    const overlays = open();
    pending.set(TEST, descending(1000));
    pending.failure = new StoreUnavailableError('away');
    const [first, second, third] = await Promise.allSettled(Array.from({ length: 3 }, () => overlays.read(TEST)));
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
    expect(third).toMatchObject({ status: 'fulfilled' });
    expect(pending.loaded).toBe(128 + 1000);
  });

  it('takes the newest only where there is a bound, and says that it is not all', async () => {
    const overlays = open({ maxPoints: 300 });
    pending.set(TEST, descending(301));
    const { hidden, points, isPartial } = await overlays.read(TEST);
    expect(isPartial).toBe(true);
    expect(hidden.size).toBe(300);
    expect(points).toHaveLength(300);
    expect(hidden).not.toContain('1');
    pending.set(TEST, descending(300));
    expect((await overlays.read(TEST)).isPartial).toBe(false);
    expect(pending.loaded).toBe(301);
  });

  it('embeds no more than it may, and finds the others by their words', async () => {
    pending.set(TEST, descending(400));
    const { points, isPartial } = await open({ maxEmbedded: 64 }).read(TEST);
    expect(isPartial).toBe(true);
    expect(points).toHaveLength(400);
    expect(embedder.embedded).toBe(128);
    expect(points.filter(({ vector }) => vector !== null)).toHaveLength(128);
    expect(points.every(({ text }) => text.length > 0)).toBe(true);
  });

  it('keeps the points of few namespaces that nobody asks for any more', async () => {
    const overlays = open();
    const namespaces = ['a', 'b', 'c'].map((name) => toNamespace(name));
    for (const namespace of namespaces) pending.set(namespace, descending(11_000));
    for (const namespace of namespaces) await overlays.read(namespace);
    const loaded = pending.loaded;
    await overlays.read(toNamespace('c'));
    await overlays.read(toNamespace('b'));
    expect(pending.loaded).toBe(loaded);
    await overlays.read(toNamespace('a'));
    expect(pending.loaded).toBe(loaded + 11_000);
  });

  it('keeps a bounded number of namespaces with nothing but deletions', async () => {
    const overlays = open();
    const many = async (from: number, to: number) => {
      for (let number = from; number < to; number += 1) {
        const namespace = toNamespace(`n${number}`);
        pending.set(namespace, [{ key: '1', version: 2, deleted: true }]);
        await overlays.read(namespace);
        pending.set(namespace, []);
      }
    };
    await many(0, 20_000);
    expect(await heapGrowth(() => many(20_000, 60_000))).toBeLessThan(2_000_000);
  });

  it('makes what several recalls wait for, although the caller of the first hangs up', async () => {
    pending.set(TEST, descending(300));
    const reader = open();
    const first = new RequestBudget(performance.now() + 60_000);
    const leaving = withBudget(first, () => reader.read(TEST));
    const staying = reader.read(TEST);
    leaving.catch(() => undefined);
    while (pending.loads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    first.end(new RequestEndedError('hung up'));
    await expect(leaving).rejects.toThrow(RequestEndedError);
    expect((await staying).points).toHaveLength(300);
    expect(pending.loaded).toBe(300);
    expect(pending.budgets).toEqual(new Set([undefined]));
  });

  it('waits for an index that is loading only as long as its caller', async () => {
    const loading = new IndexWarmup(60_000);
    const reader = new OverlayReader(pending, embedder, loading, {
      maxEmbedded: Infinity,
      maxPoints: Infinity,
    });
    const budget = new RequestBudget(performance.now() + 60_000);
    const reading = withBudget(budget, () => reader.read(TEST));
    budget.end(new RequestEndedError('hung up'));
    await expect(reading).rejects.toThrow(RequestEndedError);
    loading.markReady();
  });
});
