import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describeObjectStore } from '../object-store/object-store.contract.js';
import { FileObjectStore } from './file-object-store.js';

describeObjectStore('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sfm-objects-'));
  return { store: new FileObjectStore(join(folder, 'new')), close: () => rm(folder, { recursive: true }) };
});

describe('a file store', () => {
  it('leaves no empty folder behind what failed or was deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sfm-objects-'));
    const store = new FileObjectStore(join(folder, 'new'));
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('the source broke');
      })(),
    );
    await expect(store.put('postgres/now/dump', failing)).rejects.toThrow('the source broke');
    expect(await readdir(folder)).toEqual([]);
    await store.put('postgres/first/dump', Readable.from(['x']));
    await store.put('postgres/second/dump', Readable.from(['x']));
    await store.delete('postgres/first/dump');
    await store.delete('postgres/none/dump');
    expect(await readdir(join(folder, 'new'), { recursive: true })).toEqual([
      'postgres',
      'postgres/second',
      'postgres/second/dump',
    ]);
    await store.delete('postgres/second/dump');
    expect(await readdir(folder, { recursive: true })).toEqual(['new']);
    await rm(folder, { recursive: true });
  });

  it('writes nothing outside its folder', async () => {
    const store = new FileObjectStore(join(tmpdir(), 'sfm-objects-none'));
    await expect(store.put('../escaped', Readable.from([]))).rejects.toThrow('is outside');
  });
});
