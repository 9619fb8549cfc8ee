import { beforeEach, describe, expect, it } from '@jest/globals';
import { FixedEmbedder } from '../testing/in-memory-vectors.js';
import { aVerifiedStore, VERIFIED_NAMESPACE as NAMESPACE } from '../testing/verified-store.js';
import { NamespaceBusyError } from '../model/errors.js';
import type { ReindexProgress } from './reindex.types.js';

let store: ReturnType<typeof aVerifiedStore>;
let progress: ReindexProgress[];

const reindex = (signal?: AbortSignal) =>
  store.reindexer.reindex(
    { namespace: NAMESPACE, maxPendingSeconds: 60, ...(signal ? { signal } : {}) },
    { onProgress: (step) => progress.push(step) },
  );
/** What indexers do that do not know of the rebuild: they write to whatever is searched and mark it. */
const writeAndIndex = async (key: string) => {
  store.truth.write(NAMESPACE, key);
  await store.index(key);
};
const deleteAndIndex = async (key: string) => {
  store.truth.delete(NAMESPACE, key);
  await store.index(key);
};

beforeEach(async () => {
  store = aVerifiedStore();
  progress = [];
  await store.store('1', '2', '3');
});

describe('rebuilding the vector index of a namespace', () => {
  it('puts an index made from the truth in place of the old one, with the embeddings that are stored', async () => {
    const made = store.embedder.embedded;
    store
      .points()
      .points.set('99', [{ version: 1, digest: 0, id: 1, createdAtMs: 1000, expiresAtMs: null, vector: null }]);
    store.points().points.delete('1');
    const report = await reindex();
    expect(report).toMatchObject({ memories: 3, embedded: 0, changes: 0, verification: { agrees: true } });
    expect(store.points().versions()).toEqual({ 1: [1], 2: [1], 3: [1] });
    expect(store.embedder.embedded).toBe(made);
    expect(store.vectors.old.size + store.vectors.drafts.size).toBe(0);
    expect(progress.at(-1)).toMatchObject({ phase: 'published', done: 3 });
    expect(progress[0]).toMatchObject({ phase: 'filling', total: 3 });
  });

  it('may be run again, and says the same', async () => {
    const first = await reindex();
    expect(await reindex()).toEqual(first);
  });

  it('loses nothing that is written and deleted while it fills, before it publishes and after', async () => {
    let round = 10;
    const traffic = async () => {
      await writeAndIndex(String(round++));
      await writeAndIndex('1');
      if (round % 3 === 0) await deleteAndIndex(String(round - 1));
    };
    store.truth.beforeBatch = traffic;
    store.vectors.beforePublish = async () => {
      await traffic();
      await deleteAndIndex('2');
    };
    store.vectors.afterPublish = async () => {
      store.truth.beforeBatch = () => {};
      await traffic();
    };
    const report = await reindex();
    expect(report.changes).toBeGreaterThan(5);
    expect(report.verification).toMatchObject({ agrees: true, namespaces: [{ pending: 0, moving: 0 }] });
    expect(Object.keys(store.points().versions())).not.toContain('2');
  });

  it('finds what a process wrote to the old index that had not noticed the new one', async () => {
    store.vectors.afterPublish = () => {
      const row = store.truth.write(NAMESPACE, '42');
      store.vectors.old
        .get(NAMESPACE)
        ?.points.set('42', [{ version: 1, digest: 0, id: 1, createdAtMs: 1000, expiresAtMs: null, vector: null }]);
      row.indexedVersion = 1;
    };
    expect((await reindex()).verification.agrees).toBe(true);
    expect(store.points().versions()).toHaveProperty('42', [1]);
  });

  it('indexes again what another process marks as indexed after writing it to the old index', async () => {
    const reopen = store.source.reopen.bind(store.source);
    store.source.reopen = async (keys) => {
      await reopen(keys);
      for (const { key } of keys) store.truth.row(NAMESPACE, key).indexedVersion = 1;
    };
    store.vectors.beforePublish = () => void store.truth.write(NAMESPACE, '42');
    expect((await reindex()).verification).toMatchObject({ agrees: true });
    expect(store.points().versions()).toHaveProperty('42', [1]);
  });

  it('embeds anew for another space and keeps what it made', async () => {
    const old = store;
    store = aVerifiedStore(new FixedEmbedder('space-b', 3));
    for (const row of old.truth.rows.values()) {
      Object.assign(store.truth.write(NAMESPACE, row.key), { indexedVersion: 1, embedding: row.embedding });
    }
    expect(await reindex()).toMatchObject({ memories: 3, embedded: 3, verification: { agrees: true } });
    expect([...store.points().points.values()].flat().map(({ vector }) => vector?.length)).toEqual([3, 3, 3]);
    expect(store.truth.row(NAMESPACE, '1').embedding?.space).toBe('space-b');
    expect(await reindex()).toMatchObject({ embedded: 0 });
  });

  it('leaves embeddings out of the truth when none are to be kept, whoever makes them', async () => {
    store = aVerifiedStore(new FixedEmbedder(), { keepsEmbeddings: false });
    await store.store('1', '2');
    expect(await reindex()).toMatchObject({ memories: 2, embedded: 2, verification: { agrees: true } });
    expect(['1', '2'].map((key) => store.truth.row(NAMESPACE, key))).toMatchObject([
      { indexedVersion: 1, embedding: null },
      { indexedVersion: 1, embedding: null },
    ]);
    expect([...store.points().points.values()].flat().map(({ vector }) => vector?.length)).toEqual([2, 2]);
  });

  it('does not call a memory indexed that the searched index lacks', async () => {
    store.truth.write(NAMESPACE, '7');
    const stop = new AbortController();
    store.vectors.beforePublish = () => {
      throw new Error('killed');
    };
    await expect(reindex(stop.signal)).rejects.toThrow('killed');
    expect(store.truth.row(NAMESPACE, '7').indexedVersion).toBe(0);
  });
});

describe('a rebuild that is interrupted', () => {
  it.each(['while it fills', 'before it publishes'])('%s leaves the old index as it was', async (when) => {
    const before = store.points();
    const kill = () => {
      throw new Error('killed');
    };
    if (when === 'while it fills') store.truth.beforeBatch = kill;
    else store.vectors.beforePublish = kill;
    await expect(reindex()).rejects.toThrow('killed');
    expect(store.points()).toBe(before);
    expect(store.vectors.drafts.size).toBe(when === 'while it fills' ? 0 : 1);
    store.truth.beforeBatch = () => {};
    store.vectors.beforePublish = () => {};
    expect((await reindex()).verification.agrees).toBe(true);
    expect(store.vectors.drafts.size + store.vectors.old.size).toBe(0);
  });

  it('after it has published is made whole by the next run', async () => {
    store.vectors.beforePublish = () => writeAndIndex('8');
    store.vectors.afterPublish = () => {
      store.lock.held.get(NAMESPACE)?.abort(new Error('killed'));
    };
    await expect(reindex()).rejects.toThrow('killed');
    expect(store.points().versions()).not.toHaveProperty('8');
    store.vectors.beforePublish = () => {};
    store.vectors.afterPublish = () => {};
    expect((await reindex()).verification.agrees).toBe(true);
    expect(store.points().versions()).toHaveProperty('8');
  });

  it('by the loss of its lock publishes nothing', async () => {
    const before = store.points();
    store.truth.beforeBatch = () => store.lock.held.get(NAMESPACE)?.abort(new Error('lock lost'));
    await expect(reindex()).rejects.toThrow('lock lost');
    expect(store.points()).toBe(before);
  });

  it('by a ledger that was replaced says to run it again', async () => {
    store.feed.isReset = true;
    await expect(reindex()).rejects.toThrow(/run it again/);
    expect(store.vectors.drafts.size).toBe(0);
  });
});

it('one namespace is rebuilt by one process at a time', async () => {
  await store.lock.hold(NAMESPACE, async () => {
    await expect(reindex()).rejects.toThrow(NamespaceBusyError);
  });
  expect((await reindex()).verification.agrees).toBe(true);
});
