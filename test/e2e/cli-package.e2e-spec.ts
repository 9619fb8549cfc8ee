import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../services/lifetime/free-port.js';
import { runTool } from '../services/programs/run-tool.js';
import { packWorkspace } from './support/packed-workspace.js';

/** The program as its users have it: packed, and installed for all by npm. */
describe('the package of soma', () => {
  let prefix: string;

  beforeAll(async () => {
    prefix = await mkdtemp(path.join(tmpdir(), 'sfm-prefix-'));
    // The embedded server runs as another user where this process is root.
    await chmod(prefix, 0o755);
    await packWorkspace('apps/cli', prefix);
    const install = ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', '--prefer-offline'];
    await runTool('npm', [...install, './somafractalmemory-cli-0.1.0.tgz'], { cwd: prefix });
  });
  afterAll(() => rm(prefix, { recursive: true, force: true }));

  it('gives soma, which keeps and recalls memories in a folder', async () => {
    const port = String(await freePort());
    const soma = (...args: string[]) =>
      runTool(path.join(prefix, 'bin/soma'), args, { cwd: prefix, env: { SOMA_API_PORT: port } });
    expect(await soma('--version')).toBe('0.1.0\n');
    const payload = '{"text": "The kettle is in the blue cupboard"}';
    expect(await soma('--data-dir', 'memories', 'store', '--coord', '1,2,3', '--payload', payload)).toBe('OK\n');
    expect(await soma('--data-dir', 'memories', 'recall', '--query', 'kettle')).toContain('blue cupboard');
  });
});
