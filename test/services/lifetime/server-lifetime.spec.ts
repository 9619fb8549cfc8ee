import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { LocalServer, recordProcess } from './local-server.js';
import { oncePerRun } from './once-per-run.js';
import { REPOSITORY } from '../repository.js';
import { waitFor } from './wait-for.js';

const FOREVER = ['-e', 'console.log("serving"); setInterval(() => {}, 1000)'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-lifetime-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function serverIn(runDir: string, args: readonly string[] = FOREVER, command = process.execPath): LocalServer {
  return new LocalServer({
    name: 'Something',
    command,
    args,
    env: childEnvironment(),
    folder: path.join(runDir, 'servers', 'something'),
    records: path.join(runDir, 'processes'),
    startTimeoutMs: 10_000,
    answers: async (log) => (await log()).includes('serving'),
  });
}

function exists(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a server of a test', () => {
  it('shows the end of its log when it does not start', async () => {
    const server = serverIn(path.join(folder, 'failing'), ['-e', 'console.log("no such disk"); process.exit(3)']);
    await expect(server.start()).rejects.toThrow(/Something ended while starting[^\n]*\n[^]*no such disk/);
    expect(server.pid).toBeUndefined();
  });

  it('says so when its program is not there', async () => {
    await expect(serverIn(path.join(folder, 'absent'), [], '/nowhere/program').start()).rejects.toThrow(/ENOENT/);
  });
});

describe('the servers of a test run', () => {
  /** What Jest does first, with a folder for temporary files of its own. */
  function beginRun(temporary: string): void {
    const setup = path.join(REPOSITORY, 'test', 'global-setup.mjs');
    const script = `const { default: setup } = await import(${JSON.stringify(setup)}); await setup();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: childEnvironment({ TMPDIR: temporary }),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }

  it('are ended by the next run when theirs was killed, those of living runs and of others are not', async () => {
    const temporary = path.join(folder, 'temporary');
    const deadPid = spawnSync(process.execPath, ['-e', '']).pid;
    const dead = path.join(temporary, `sfm-jest-${deadPid}-a`);
    const alive = path.join(temporary, `sfm-jest-${process.pid}-b`);
    const [abandoned, used] = [serverIn(dead), serverIn(alive)];
    await Promise.all([abandoned.start(), used.start()]);
    const stranger: ChildProcess = spawn(process.execPath, FOREVER, { cwd: '/', stdio: 'ignore' });
    await recordProcess(path.join(dead, 'processes'), stranger.pid ?? 0);
    beginRun(temporary);
    expect(existsSync(dead)).toBe(false);
    await waitFor(() => abandoned.pid === undefined);
    expect([exists(used.pid), exists(stranger.pid)]).toEqual([true, true]);
    stranger.kill('SIGKILL');
    await used.stop();
  });

  it('are ended at once when the run is killed', async () => {
    const runDir = path.join(folder, 'watched');
    await mkdir(runDir);
    const run = spawn(process.execPath, FOREVER, { stdio: 'ignore' });
    const watcher = path.join(REPOSITORY, 'test', 'services', 'lifetime', 'end-with-run.mjs');
    const watching = spawn(process.execPath, [watcher, String(run.pid), runDir], { stdio: 'inherit' });
    const server = serverIn(runDir);
    await server.start();
    const { pid } = server;
    run.kill('SIGKILL');
    await once(watching, 'exit');
    await waitFor(() => !exists(pid));
    expect(existsSync(runDir)).toBe(false);
  });

  it('are started by one of the workers that ask, and a failure is told to all', async () => {
    let starts = 0;
    const start = async (): Promise<{ address: string }> => {
      starts += 1;
      return { address: `server ${starts}` };
    };
    const asked = Array.from({ length: 8 }, () => oncePerRun(folder, 'good', start));
    expect(new Set((await Promise.all(asked)).map(({ address }) => address))).toEqual(new Set(['server 1']));

    let failures = 0;
    const fail = (): Promise<never> => Promise.reject(new Error(`failure ${++failures}`));
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => oncePerRun(folder, 'bad', fail)));
    expect(outcomes).toMatchObject(outcomes.map(() => ({ status: 'rejected', reason: { message: 'failure 1' } })));
  });

  it('are started by another worker when the first one died over it', async () => {
    await mkdir(path.join(folder, 'shared'), { recursive: true });
    const deadPid = spawnSync(process.execPath, ['-e', '']).pid;
    await writeFile(path.join(folder, 'shared', 'orphaned.lock'), String(deadPid));
    expect(await oncePerRun(folder, 'orphaned', async () => ({ address: 'here' }))).toEqual({ address: 'here' });
  });
});
