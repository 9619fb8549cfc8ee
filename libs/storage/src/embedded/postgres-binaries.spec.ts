import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { locatePostgresBinaries } from './postgres-binaries.js';

describe('locatePostgresBinaries', () => {
  let folder: string;
  let fallbackLinkDir: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-binaries-'));
    fallbackLinkDir = path.join(folder, 'links');
    await mkdir(path.join(folder, 'package', 'native', 'lib'), { recursive: true });
    await writeFile(path.join(folder, 'package', 'package.json'), '{"version":"18.4.0-beta.17"}');
    await writeFile(path.join(folder, 'package', 'native', 'lib', 'libx.so.1.2'), 'library');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('makes the library links that a blocked install script left out, and does so once', async () => {
    await listLink('native/lib/libx.so.1');
    const packageDir = path.join(folder, 'package');

    const found = await locatePostgresBinaries({ fallbackLinkDir, packageDir });
    await locatePostgresBinaries({ fallbackLinkDir, packageDir });

    expect(await readlink(path.join(packageDir, 'native', 'lib', 'libx.so.1'))).toBe('libx.so.1.2');
    expect(found).toMatchObject({ major: '18' });
    expect(found.libraryPath).toBeUndefined();
  });

  it('links elsewhere when the package folder cannot be written', async () => {
    // A missing folder fails like a read-only one, for root too.
    await listLink('native/absent/libx.so.1');

    const found = await locatePostgresBinaries({ fallbackLinkDir, packageDir: path.join(folder, 'package') });

    expect(found.libraryPath).toBe(fallbackLinkDir);
    expect(await readFile(path.join(fallbackLinkDir, 'libx.so.1'), 'utf8')).toBe('library');
  });

  it('says what to do on a platform without bundled PostgreSQL, or without the package', async () => {
    await expect(locatePostgresBinaries({ fallbackLinkDir, platform: 'sunos', arch: 'sparc' })).rejects.toMatchObject({
      code: 'PLATFORM_UNSUPPORTED',
      message: expect.stringMatching(/sunos-sparc.*POSTGRES_URL/),
    });
    const absent = process.platform === 'win32' ? 'darwin' : 'win32';
    await expect(locatePostgresBinaries({ fallbackLinkDir, platform: absent, arch: 'x64' })).rejects.toMatchObject({
      code: 'BINARIES_MISSING',
      message: expect.stringMatching(/npm install.*POSTGRES_URL/),
    });
  });

  async function listLink(target: string): Promise<void> {
    const list = JSON.stringify([{ source: 'native/lib/libx.so.1.2', target }]);
    await writeFile(path.join(folder, 'package', 'native', 'pg-symlinks.json'), list);
  }
});
