import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
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
  it('writes nothing outside its folder', async () => {
    const store = new FileObjectStore(join(tmpdir(), 'sfm-objects-none'));
    await expect(store.put('../escaped', Readable.from([]))).rejects.toThrow('is outside');
  });
});
