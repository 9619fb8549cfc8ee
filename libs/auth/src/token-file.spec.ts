import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTokenFile } from './token-file.js';

describe('ensureTokenFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sfm-token-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes a long random token at the first call and gives the same one afterwards', async () => {
    const first = await ensureTokenFile(folder);
    expect(first).toMatchObject({ created: true, path: join(folder, 'api-token') });
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(await ensureTokenFile(folder)).toEqual({ ...first, created: false });
    const elsewhere = await ensureTokenFile(join(folder, 'other'));
    expect(elsewhere.token).not.toBe(first.token);
  });

  it('makes the folder where it is missing', async () => {
    expect((await ensureTokenFile(join(folder, 'a', 'b'))).created).toBe(true);
  });

  it('keeps the file readable by its owner only, and nothing else beside it', async () => {
    const { path } = await ensureTokenFile(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['api-token']);
    await chmod(path, 0o644);
    await ensureTokenFile(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('agrees on one token when several start together', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, () => ensureTokenFile(folder)));
    expect(new Set(files.map(({ token }) => token)).size).toBe(1);
    expect(files.filter(({ created }) => created)).toHaveLength(1);
    expect((await readFile(join(folder, 'api-token'), 'utf8')).trim()).toBe(files[0]?.token);
    expect(await readdir(folder)).toEqual(['api-token']);
  });

  it('takes the token an operator put there', async () => {
    await writeFile(join(folder, 'api-token'), ' mine \n');
    expect(await ensureTokenFile(folder)).toMatchObject({ token: 'mine', created: false });
  });

  it('refuses an empty file by name instead of letting everybody in', async () => {
    await writeFile(join(folder, 'api-token'), '\n');
    await expect(ensureTokenFile(folder)).rejects.toThrow(join(folder, 'api-token'));
  });

  it('names the file when the folder is not one', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(ensureTokenFile(join(folder, 'file'))).rejects.toThrow(join(folder, 'file', 'api-token'));
  });
});
