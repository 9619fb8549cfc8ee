import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { ObjectNotFoundError, type ObjectStore } from './object-store.port.js';

/** Tests the guarantees of every object store. */
export function describeObjectStore(
  name: string,
  open: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>,
): void {
  describe(`the object store contract: ${name}`, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());

    it('returns what was put, byte for byte, also when it is long or empty', async () => {
      const long = Buffer.alloc(3_000_001, 'abcdefg');
      await store.put('bytes/long', Readable.from(chunksOf(long)));
      await store.put('bytes/empty', Readable.from([]));
      expect((await buffer(await store.get('bytes/long'))).equals(long)).toBe(true);
      expect(await buffer(await store.get('bytes/empty'))).toHaveLength(0);
    });

    it('replaces an object as a whole', async () => {
      await store.put('replaced', Readable.from([Buffer.from('a longer first')]));
      await store.put('replaced', Readable.from([Buffer.from('second')]));
      expect(await text(await store.get('replaced'))).toBe('second');
    });

    it('keeps nothing of an object whose stream failed', async () => {
      const failing = Readable.from(
        (function* () {
          yield Buffer.from('half');
          throw new Error('the source broke');
        })(),
      );
      await expect(store.put('broken/object', failing)).rejects.toThrow('the source broke');
      expect(await store.list('broken/')).toEqual([]);
    });

    it('lists by prefix, in order, with sizes', async () => {
      for (const key of ['list/b', 'list/a/2', 'list/a/1', 'listed']) {
        await store.put(key, Readable.from([Buffer.from(key)]));
      }
      expect(await store.list('list/')).toEqual([
        { key: 'list/a/1', bytes: 8 },
        { key: 'list/a/2', bytes: 8 },
        { key: 'list/b', bytes: 6 },
      ]);
      expect(await store.list('none/')).toEqual([]);
    });

    it('deletes, and does not mind what is not there', async () => {
      await store.put('deleted', Readable.from([Buffer.from('x')]));
      await store.delete('deleted');
      await store.delete('deleted');
      await expect(store.get('deleted')).rejects.toThrow(ObjectNotFoundError);
      expect(await store.list('deleted')).toEqual([]);
    });
  });
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536);
}
