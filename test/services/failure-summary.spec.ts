import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from './environment.js';
import { freePort } from './lifetime/free-port.js';
import { REPOSITORY } from './repository.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-summary-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the summary of a run that fails', () => {
  it('names each failure with what was wrong, and counts it', async () => {
    const [counts, failures] = [path.join(folder, 'counts'), path.join(folder, 'failures')];
    const node = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand'];
    const reporter = '--reporters=<rootDir>/scripts/jest-summary-reporter.mjs';
    const suites = ['--testMatch', '**/failing.fixture.ts', '**/missing-server.fixture.ts'];
    spawnSync(process.execPath, [...node, reporter, ...suites], {
      cwd: REPOSITORY,
      env: childEnvironment({
        SFM_REQUIRE_SERVICES: '1',
        SFM_TEST_REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
        SFM_TEST_COUNTS: counts,
        SFM_TEST_FAILURES: failures,
      }),
    });
    const paragraphs = (await readFile(failures, 'utf8'))
      .split(/^FAILED /m)
      .filter(Boolean)
      .sort();
    expect(paragraphs).toEqual([
      expect.stringMatching(/^test\/services\/fixtures\/failing\.fixture\.ts\n {4}.*the clean-up failed/),
      expect.stringMatching(
        /^test\/services\/fixtures\/failing\.fixture\.ts: a suite that fails is wrong about a number\n.*toEqual.*"status": 200/s,
      ),
      expect.stringMatching(/^test\/services\/fixtures\/missing-server\.fixture\.ts\n.*redis: Nothing answers/s),
    ]);
    expect(await readFile(counts, 'utf8')).toBe('1 3 0\n');
  });
});
