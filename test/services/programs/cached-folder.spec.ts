import { afterAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder } from './cached-folder.js';
import { testEnvironment } from '../environment.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

const name = `spec-${randomUUID()}`;
afterAll(async () => {
  await rm(path.join(testEnvironment.cacheDir, name), { recursive: true, force: true });
});

describe('a folder of the download cache', () => {
  it('is filled once, also when the registry fails at first, and leaves no draft', async () => {
    let fills = 0;
    const fill = async (draft: string): Promise<void> => {
      fills += 1;
      await writeFile(path.join(draft, 'file'), `try ${fills}`);
      if (fills === 1) throw new Error('connection reset');
    };
    const folder = await cachedFolder(name, fill);
    expect(await cachedFolder(name, fill)).toBe(folder);
    expect(await readFile(path.join(folder, 'file'), 'utf8')).toBe('try 2');
    expect(fills).toBe(2);
    const beside = await readdir(path.dirname(folder));
    expect(beside.filter((each) => each.startsWith(name))).toEqual([name]);
  });

  it('is not asked for again when what it needs is not on this machine', async () => {
    let fills = 0;
    const fill = (): Promise<void> => {
      fills += 1;
      return Promise.reject(new ServerUnavailable('Go is not installed'));
    };
    await expect(cachedFolder(`${name}-of-nothing`, fill)).rejects.toThrow('Go is not installed');
    expect(fills).toBe(1);
  });
});
