import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { IndexUnavailableError, IndexUnusableError, toNamespace } from '@sfm/memory';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddingSpaceWatch } from './embedding-space-watch.js';

let dataDir: string;
let warnings: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sfm-space-'));
  warnings = [];
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A process that starts. */
async function starting(space: string, count: () => Promise<number> = () => Promise.resolve(0), folder = true) {
  const logger = { warn: (message: string) => void warnings.push(message) };
  const place = folder ? { dataDir } : {};
  const watch = new EmbeddingSpaceWatch({ space }, { count }, logger, { namespace: toNamespace('ns'), ...place });
  await watch.look();
  return watch.facts;
}

it('says at the start that the data folder was used with another embedding space, and in health until the next one', async () => {
  expect(await starting('hash-v1:768')).toEqual({});
  expect(await starting('hash-v1:768')).toEqual({});
  expect(warnings).toEqual([]);
  expect(await starting('hash-v1:256')).toEqual({ former_space: 'hash-v1:768' });
  expect(warnings).toEqual([
    expect.stringMatching(/hash-v1:768, and this process embeds in hash-v1:256 .*SOMA_VECTOR_DIM/),
  ]);
  expect(await readFile(join(dataDir, 'embedding-space'), 'utf8')).toBe('hash-v1:256\n');
  expect(await starting('hash-v1:256')).toEqual({});
  expect(warnings).toHaveLength(1);
});

it('says at the start what makes a collection unusable, and nothing of one that does not answer', async () => {
  const unusable = new IndexUnusableError('the collection is of another embedding space: run soma reindex --all');
  await starting('hash-v1:8', () => Promise.reject(unusable), false);
  await starting('hash-v1:8', () => Promise.reject(new IndexUnavailableError('away')), false);
  expect(warnings).toEqual([unusable.message]);
});

it('goes on where the folder cannot be written', async () => {
  const missing = dataDir;
  dataDir = join(dataDir, 'missing');
  expect(await starting('hash-v1:8')).toEqual({});
  dataDir = missing;
  expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
});
