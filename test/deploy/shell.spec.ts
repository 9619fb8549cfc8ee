import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { runScript } from './run-script.js';

const shellFilesOf = (folder: string): string[] =>
  readdirSync(path.join(REPOSITORY, folder))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => path.posix.join(folder, name));

const FILES = [
  ...['scripts', 'scripts/lib', 'docker', 'helm/files/backup', 'helm/files/postgres', 'helm/files/scripts'].flatMap(
    shellFilesOf,
  ),
  ...['scripts/precheck', '.ci/run'],
];
/** What an operator calls. The others are steps of make or of an image's build. */
const COMMANDS = FILES.filter((file) => !/^scripts\/lib\/|^helm\/|^\.ci\/|collect-[a-z-]+\.sh$/.test(file));
const NODE_COMMANDS = ['scripts/post_chunk.mjs', 'scripts/new-migration.mjs'];

const describeShellcheck = await describeWith([], checkTools('shellcheck'));

describeShellcheck('shellcheck', () => {
  it('finds nothing in any shell script', async () => {
    expect(FILES.length).toBeGreaterThan(12);
    const shellcheck = await findCheckTool('shellcheck');
    expect(await runScript(shellcheck, ['--external-sources', ...FILES])).toEqual({ status: 0, output: '' });
  });
});

describe('every command', () => {
  it.each(COMMANDS)('%s explains itself with --help', async (file) => {
    const { status, output } = await runScript(path.join(REPOSITORY, file), ['--help']);
    expect(status).toBe(0);
    expect(output.length).toBeGreaterThan(50);
    expect(output).not.toMatch(/^#|set -e/m);
  });

  it.each(COMMANDS)('%s refuses what it does not know with status 2', async (file) => {
    const { status, output } = await runScript(path.join(REPOSITORY, file), ['--no-such-thing']);
    expect({ status, says: output.length > 10 }).toEqual({ status: 2, says: true });
  });

  it.each(NODE_COMMANDS)('%s explains itself with --help', async (file) => {
    const { status, output } = await runScript(process.execPath, [file, '--help']);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('usage: ') });
  });

  it('may be executed', () => {
    for (const file of [...COMMANDS, 'scripts/post_chunk.mjs']) {
      expect(readFileSync(path.join(REPOSITORY, file), 'utf8')).toMatch(/^#!/);
    }
  });
});

describe('restore_drill.sh', () => {
  it('says that the service must be built first', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-drill-'));
    const script = path.join(folder, 'scripts', 'restore_drill.sh');
    await cp(path.join(REPOSITORY, 'scripts', 'restore_drill.sh'), script);
    const settings = { POSTGRES_URL: 'postgresql://a:b@c/d', SOMA_BACKUP_TARGET: folder };
    expect(await runScript(script, ['--yes'], { settings })).toEqual({
      status: 1,
      output: expect.stringContaining('run make build first'),
    });
    await rm(folder, { recursive: true });
  });
});
