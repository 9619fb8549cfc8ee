import { describe, expect, it } from '@jest/globals';
import { ChangeFeed, type FeedBatch, type FeedPosition, type LedgerChange } from './change-feed.port.js';
import type { IndexChange } from '../../index-model/index-point.js';
import { aMemory } from '../../testing/memory-builder.js';
import { aWrite } from '../../testing/truth-builders.js';
import { IndexFollower } from './index-follower.js';
import { toSearchedContent } from '../../index-model/index-point-factory.js';
import { IndexWarmup } from '../projection/index-warmup.js';
import type { SearchedRow } from '../projection/projection-source.port.js';
import { RecentWrites } from './recent-writes.js';
import { toNamespace } from '../../model/namespace.js';

const NAMESPACE = toNamespace('test');

interface At extends FeedPosition {
  readonly at: number;
}

/** A ledger in memory that hands out `limit` changes at a time. */
class ListedFeed extends ChangeFeed {
  readonly changes: LedgerChange[] = [];
  reads = 0;
  isReset = false;
  beforeRead: () => Promise<void> = async () => {};

  async now(): Promise<At> {
    return { kind: 'feed position', at: this.changes.length };
  }

  async since(position: FeedPosition): Promise<FeedBatch> {
    this.reads += 1;
    await this.beforeRead();
    if (this.isReset) {
      this.isReset = false;
      return { changes: [], position, isCaughtUp: true, isReset: true };
    }
    const from = 'at' in position ? Number(position.at) : 0;
    const changes = this.changes.slice(from, from + 2);
    const at: At = { kind: 'feed position', at: from + changes.length };
    return { changes, position: at, isCaughtUp: at.at === this.changes.length, isReset: false };
  }
}

function world() {
  const rows = new Map<string, SearchedRow>();
  const readBack: string[] = [];
  const recent = new RecentWrites();
  const held = new Map<string, number>();
  const feed = new ListedFeed();
  const index = {
    apply: async (_namespace: string, changes: readonly IndexChange[]) => {
      for (const change of changes) {
        if (change.kind === 'upsert') held.set(change.point.key, change.point.version);
        else held.delete(change.key);
      }
    },
    clear: async () => held.clear(),
  };
  const source = {
    searchedRows: async (keys: readonly { readonly key: string }[]) => {
      readBack.push(...keys.map(({ key }) => key));
      return keys.flatMap(({ key }) => rows.get(key) ?? []);
    },
    extent: async () => ({ memories: rows.size, payloadBytes: 0 }),
    async *scanSearched() {
      yield [...rows.values()].filter(({ content }) => content !== null);
    },
  };
  const warmup = new IndexWarmup(1000, ['lexical']);
  const write = (key: string, version: number, isDeleted = false) => {
    const content = toSearchedContent(aMemory({ key, version }), { searchedText: 'x', session: null });
    rows.set(key, { namespace: NAMESPACE, key, version, content: isDeleted ? null : content });
    const eventId = `event-${feed.changes.length}`;
    feed.changes.push({ eventId, namespace: NAMESPACE, key, version });
    return eventId;
  };
  const follower = new IndexFollower(feed, source, index, warmup, recent);
  return { rows, held, feed, write, warmup, follower, recent, readBack };
}

describe('following the ledger', () => {
  it('starts from all live rows, those written meanwhile included', async () => {
    const { follower, write, held, feed } = world();
    write('1', 1);
    write('2', 1);
    write('2', 2, true);
    const original = feed.now.bind(feed);
    feed.now = async () => {
      const position = await original();
      write('3', 1);
      return position;
    };
    expect(await follower.load()).toBe(2);
    expect([...held]).toEqual([
      ['1', 1],
      ['3', 1],
    ]);
  });

  it('catches up with changes and removals, in as many reads as it takes', async () => {
    const { follower, write, held } = world();
    await follower.load();
    for (const key of ['1', '2', '3', '4', '5']) write(key, 1);
    write('2', 2, true);
    await follower.catchUp();
    expect([...held.keys()]).toEqual(['1', '3', '4', '5']);
  });

  it('keeps no recall waiting while the index is filled, and then until it has caught up', async () => {
    const { follower, write, warmup, held } = world();
    expect([...(await follower.whenSearchable()).unsearched]).toEqual(['lexical']);
    await follower.load();
    warmup.markReady();
    write('1', 1);
    expect([...(await follower.whenSearchable()).unsearched]).toEqual([]);
    expect([...held.keys()]).toEqual(['1']);
  });

  it('goes without the index while a replaced ledger is read, and catches up with what was written meanwhile', async () => {
    const { follower, feed, write, warmup, held } = world();
    await follower.load();
    warmup.markReady();
    feed.isReset = true;
    const original = feed.now.bind(feed);
    let duringRefill: readonly string[] = [];
    feed.now = async () => {
      const position = await original();
      duringRefill = [...(await follower.whenSearchable()).unsearched];
      write('1', 1);
      write('2', 1);
      write('1', 2, true);
      return position;
    };
    await follower.catchUp();
    expect(duringRefill).toEqual(['lexical']);
    expect([...held.keys()]).toEqual(['2']);
    expect([...(await follower.whenSearchable()).unsearched]).toEqual([]);
  });

  it('reads back what others wrote only', async () => {
    const { follower, write, held, recent, readBack } = world();
    await follower.load();
    for (const [key, version] of [
      ['1', 1],
      ['2', 1],
      ['1', 2],
    ] as const) {
      const command = aWrite(NAMESPACE, { coordinate: [Number(key)], eventId: write(key, version) });
      if (key === '1') recent.note([command], [{ key, version, created: true, id: 1, createdAtMs: 0 }]);
    }
    await follower.catchUp();
    expect([...held]).toEqual([
      ['1', 2],
      ['2', 1],
    ]);
    expect(readBack).toEqual(['2']);
  });

  it('keeps nothing of what it was told of before it was noted', async () => {
    const { follower, write, recent, readBack } = world();
    await follower.load();
    const eventId = write('1', 1);
    await follower.catchUp();
    expect(readBack).toEqual(['1']);
    recent.note(
      [aWrite(NAMESPACE, { coordinate: [1], eventId })],
      [{ key: '1', version: 1, created: true, id: 1, createdAtMs: 0 }],
    );
    await follower.catchUp();
    expect(recent.take(eventId)).toBeUndefined();
  });

  it('lets callers share a read, but never one that began before they came', async () => {
    const { follower, write, held, feed } = world();
    await follower.load();
    let release: () => void = () => {};
    const blocked = new Promise<void>((resolve) => (release = resolve));
    feed.beforeRead = () => blocked;
    feed.reads = 0;
    const first = follower.catchUp();
    const others = [follower.catchUp(), follower.catchUp(), follower.catchUp()];
    write('late', 1);
    release();
    await Promise.all([first, ...others]);
    expect(held.has('late')).toBe(true);
    expect(feed.reads).toBe(2);
  });

  it('tells everybody who waits that the ledger cannot be read, and recovers', async () => {
    const { follower, write, held, feed } = world();
    await follower.load();
    write('1', 1);
    feed.beforeRead = () => Promise.reject(new Error('away'));
    const waiting = [follower.catchUp(), follower.catchUp()];
    for (const caller of waiting) await expect(caller).rejects.toThrow('away');
    feed.beforeRead = async () => {};
    await follower.catchUp();
    expect(held.has('1')).toBe(true);
  });

  it('starts anew when the ledger is another one', async () => {
    const { follower, rows, write, held, feed } = world();
    write('lost', 9);
    await follower.load();
    rows.clear();
    feed.changes.length = 0;
    write('kept', 1);
    feed.isReset = true;
    await follower.catchUp();
    expect([...held.keys()]).toEqual(['kept']);
  });

  it('is not ready before it was filled', async () => {
    const { follower, warmup } = world();
    let isReady = false;
    const waiting = follower.whenReady().then(() => (isReady = true));
    await follower.load();
    expect(isReady).toBe(false);
    warmup.markReady();
    await waiting;
    expect(isReady).toBe(true);
  });
});
