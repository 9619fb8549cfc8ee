import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { soma } from './support/soma.js';

/** The drivers of every backend together take seconds to load, which nobody waits for who asks how a command is called. */
describe('help and wrong usage of soma', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-start-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [['--help']],
    [['backup', '--help']],
    [['dlq', 'list', '--limit', 'none']],
    [['db', 'upgrade', '--nonsense']],
    [['replay', '--nonsense']],
    [['verify', '--nonsense']],
    [['reindex']],
    [['config', '--nonsense']],
  ])('load no driver: %j', async (args) => {
    const place = await mkdtemp(path.join(folder, 'coverage-'));
    const { stdout, stderr } = await soma({ NODE_V8_COVERAGE: place }, ...args);
    expect(stdout + stderr).toMatch(/Usage: soma|^error: /);
    expect(await packagesIn(place)).toEqual(['commander', 'reflect-metadata']);
  });
});

/** The packages whose files a process has run, by what it wrote of its coverage. */
async function packagesIn(place: string): Promise<readonly string[]> {
  const [report = ''] = await readdir(place);
  const { result } = JSON.parse(await readFile(path.join(place, report), 'utf8')) as { result: { url: string }[] };
  const names = result.map(
    ({ url }) => /^((?:@[^/]+\/)?[^/]+)/.exec(url.split('/node_modules/').slice(1).at(-1) ?? '')?.[1],
  );
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
