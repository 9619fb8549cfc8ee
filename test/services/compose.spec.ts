import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from './environment.js';
import { REPOSITORY } from './repository.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-docker-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Lets a suite ask for a Redis while `docker` is a script that notes its calls; `up` ends with `upStatus`. */
async function askWithDocker(
  upStatus: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ address: string; calls: string[]; output: string }> {
  const calls = path.join(folder, 'calls');
  const docker = path.join(folder, 'docker');
  const script = `#!/bin/sh\necho "$SFM_REDIS_PORT $*" >>'${calls}'\ncase "$*" in *' up '*) echo no image; exit ${upStatus};; esac\n`;
  await writeFile(docker, script);
  await chmod(docker, 0o755);
  await writeFile(calls, '');
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand'];
  const environment = childEnvironment(settings);
  const { stdout, stderr } = spawnSync(process.execPath, [...jest, '--testMatch', '**/redis-address.fixture.ts'], {
    cwd: REPOSITORY,
    env: { ...environment, PATH: `${folder}${path.delimiter}${environment['PATH'] ?? ''}` },
    encoding: 'utf8',
  });
  const output = stdout + stderr;
  const noted = (await readFile(calls, 'utf8')).trim().split('\n').filter(Boolean);
  return { address: /address=(\S+)/.exec(output)?.[1] ?? output, calls: noted, output };
}

describe('while a Docker engine runs', () => {
  it('a server is a container on loopback that goes with the run', async () => {
    const { address, calls } = await askWithDocker(0);
    const up = calls.find((call) => call.includes(' up ')) ?? '';
    const [, port = '', project = ''] =
      /^(\d+) compose --file .*docker-compose\.yml --project-name (\S+) --profile test up --detach --wait test_redis$/.exec(
        up,
      ) ?? [];
    expect(address).toBe(`redis://127.0.0.1:${port}`);
    expect(calls.at(-1)).toMatch(new RegExp(`--project-name ${project} --profile test down --volumes`));
  });

  it('a container that does not start is replaced by a process, with a word', async () => {
    const { address, output } = await askWithDocker(1);
    expect(output).toMatch(
      /redis: Docker runs, but not this container \(docker failed: no image\); a process is tried/,
    );
    expect(address).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
  });

  it('none is asked for when told so', async () => {
    const { address, calls } = await askWithDocker(0, { SFM_TEST_DOCKER: '0' });
    expect(calls).toEqual([]);
    expect(address).toMatch(/^redis:/);
  });
});
