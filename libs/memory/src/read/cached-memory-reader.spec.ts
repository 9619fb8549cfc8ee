import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../model/errors.js';
import type { Memory } from '../model/memory.js';
import { CachedMemoryWriter } from '../store/cached-memory-writer.js';
import { MemoryWriter, type DeleteReceipt, type WriteReceipt } from '../store/memory-writer.port.js';
import { aMemory } from '../testing/memory-builder.js';
import { aDeletion, aWrite } from '../testing/truth-builders.js';
import { CachedMemoryReader } from './cached-memory-reader.js';
import { MemoryCache, type MemoryInvalidation } from './memory-cache.port.js';
import { MemoryReader, type MemoryOutline } from './memory-reader.port.js';
import { toNamespace } from '../model/namespace.js';

const TWO = toNamespace('two');

const LARGE = 100;

/** Outlines leave out texts longer than LARGE. */
class MemoriesInMemory extends MemoryReader {
  readonly memories = new Map<string, Memory>();
  readonly calls: (readonly [string, readonly string[]])[] = [];
  afterOutlines: () => void = () => undefined;

  findByKeys(_: string, keys: readonly string[]): Promise<readonly Memory[]> {
    this.calls.push(['findByKeys', keys]);
    return Promise.resolve(keys.flatMap((key) => this.memories.get(key) ?? []));
  }
  findOutlines(_: string, keys: readonly string[]): Promise<readonly MemoryOutline[]> {
    this.calls.push(['findOutlines', keys]);
    const found = keys.flatMap((key) => this.memories.get(key) ?? []);
    this.afterOutlines();
    const isLarge = ({ payload }: Memory) => String(payload['text']).length > LARGE;
    return Promise.resolve(
      found.map((memory) => ({ ...memory, payload: isLarge(memory) ? undefined : memory.payload })),
    );
  }
}

/** Keeps whatever it is given and forgets nothing, as a cache does that misses every invalidation. */
class DeafCache extends MemoryCache {
  readonly copies = new Map<string, Memory>();
  readonly asked: (readonly string[])[] = [];
  readonly invalidated: MemoryInvalidation[] = [];

  get(_: string, keys: readonly string[]): Promise<ReadonlyMap<string, Memory>> {
    this.asked.push(keys);
    return Promise.resolve(new Map([...this.copies].filter(([key]) => keys.includes(key))));
  }
  set(memories: readonly Memory[]): Promise<void> {
    for (const memory of memories) this.copies.set(memory.key, memory);
    return Promise.resolve();
  }
  invalidate(invalidations: readonly MemoryInvalidation[]): Promise<void> {
    this.invalidated.push(...invalidations);
    return Promise.resolve();
  }
  clear = () => Promise.resolve();
}

describe('CachedMemoryReader', () => {
  let truth: MemoriesInMemory;
  let cache: DeafCache;
  let lookups: number[][];
  let reader: CachedMemoryReader;
  const large = (changes: Partial<Memory> = {}) =>
    aMemory({ payload: { text: 'x'.repeat(LARGE + 1) }, contentHash: 'x', ...changes });
  const put = (...memories: Memory[]) => memories.forEach((memory) => truth.memories.set(memory.key, memory));
  const read = (...keys: string[]) => reader.findByKeys(toNamespace('test'), keys, new Date());

  beforeEach(() => {
    truth = new MemoriesInMemory();
    cache = new DeafCache();
    lookups = [];
    reader = new CachedMemoryReader(truth, cache, (hits, misses) => lookups.push([hits, misses]));
  });

  it('asks no cache for small payloads', async () => {
    put(aMemory({ id: 1 }), aMemory({ id: 2 }));
    expect(await read('1', '2', '404')).toEqual([aMemory({ id: 1 }), aMemory({ id: 2 })]);
    expect(truth.calls).toEqual([['findOutlines', ['1', '2', '404']]]);
    expect([cache.asked, lookups]).toEqual([[], []]);
  });

  it('reads a large payload once, and everything else every time', async () => {
    put(large({ id: 1 }), aMemory({ id: 2 }));
    expect(await read('1', '2')).toEqual([large({ id: 1 }), aMemory({ id: 2 })]);
    const touched = large({ id: 1, accessCount: 7, lastAccessedAt: new Date() });
    put(touched);
    truth.calls.length = 0;
    expect(await read('1', '2')).toEqual([touched, aMemory({ id: 2 })]);
    expect(truth.calls).toEqual([['findOutlines', ['1', '2']]]);
    expect(cache.asked).toEqual([['1'], ['1']]);
    expect(lookups).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it.each([
    ['an older version', { version: 1 }],
    ['a newer version, of a database that was restored since', { version: 3 }],
    ['the same version of other content', { contentHash: 'other' }],
  ])('does not believe a copy of %s', async (_, changes) => {
    const current = large({ version: 2, payload: { text: 'y'.repeat(LARGE + 1) } });
    await cache.set([large({ version: 2, ...changes })]);
    put(current);
    expect(await read('1')).toEqual([current]);
    expect(cache.copies.get('1')).toEqual(current);
  });

  it('answers what the truth says last when a memory changes or goes between two looks', async () => {
    put(large({ id: 1 }), large({ id: 2 }));
    const changed = large({ id: 1, version: 2, contentHash: 'y' });
    truth.afterOutlines = () => {
      put(changed);
      truth.memories.delete('2');
    };
    expect(await read('1', '2')).toEqual([changed]);
  });
});

describe('CachedMemoryWriter', () => {
  class ScriptedWriter extends MemoryWriter {
    constructor(private readonly versions: readonly number[] | Error) {
      super();
    }
    write(commands: readonly { readonly key: string }[]): Promise<readonly WriteReceipt[]> {
      const { versions } = this;
      if (versions instanceof Error) return Promise.reject(versions);
      return Promise.resolve(
        commands.map(({ key }, at) => ({ key, version: versions[at] ?? 0, created: false, id: at, createdAtMs: 0 })),
      );
    }
    delete(): Promise<readonly DeleteReceipt[]> {
      return Promise.resolve([{ namespace: TWO, key: '9', version: 4 }]);
    }
  }

  it('tells the cache of every write but first ones, and of deletions', async () => {
    const cache = new DeafCache();
    const writer = new CachedMemoryWriter(new ScriptedWriter([1, 2, 7]), cache);
    const namespaces = ['one', 'one', 'two'].map((name) => toNamespace(name));
    await writer.write(namespaces.map((namespace, index) => aWrite(namespace, { coordinate: [index] })));
    await writer.delete([aDeletion(TWO, '9'), aDeletion(TWO, '404')]);
    expect(cache.invalidated).toEqual([
      { namespace: 'one', key: '1', version: 2 },
      { namespace: 'two', key: '2', version: 7 },
      { namespace: 'two', key: '9', version: 4 },
    ]);
  });

  it('tells it nothing of a write that failed', async () => {
    const cache = new DeafCache();
    const writer = new CachedMemoryWriter(new ScriptedWriter(new InvalidRequestError('a', 'b')), cache);
    await expect(writer.write([aWrite(toNamespace('one'))])).rejects.toThrow(InvalidRequestError);
    expect(cache.invalidated).toEqual([]);
  });
});
