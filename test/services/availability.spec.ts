import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { childEnvironment } from './environment.js';
import { freePort } from './lifetime/free-port.js';
import { REPOSITORY } from './repository.js';

/** Runs a suite that needs a Redis and a program where there is neither. */
async function runWithoutEither(
  settings: Readonly<Record<string, string>>,
): Promise<{ status: number; output: string }> {
  const node = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
  const jest = ['--runInBand', '--testMatch', '**/missing-server.fixture.ts'];
  const address = { SFM_TEST_REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...jest], {
    cwd: REPOSITORY,
    env: childEnvironment({ ...address, ...settings }),
    encoding: 'utf8',
  });
  return { status: status ?? -1, output: stdout + stderr };
}

describe('a suite whose server and program cannot be had', () => {
  it('is skipped with one loud line that says why for each', async () => {
    const { status, output } = await runWithoutEither({});
    expect(output.match(/\*\*\* SKIPPED, NOT AVAILABLE \*\*\*.*$/gm)).toEqual([
      expect.stringMatching(
        /redis: Nothing answers at SFM_TEST_REDIS_URL \(127\.0\.0\.1:\d+\).*; tool: it is not installed$/,
      ),
    ]);
    expect(output).toMatch(/Tests: +1 skipped, 1 passed/);
    expect(status).toBe(0);
  });

  it('fails with the same reasons under SFM_REQUIRE_SERVICES=1', async () => {
    const { status, output } = await runWithoutEither({ SFM_REQUIRE_SERVICES: '1' });
    expect(output).toMatch(/redis: Nothing answers at SFM_TEST_REDIS_URL/);
    expect(output).toMatch(/tool: it is not installed/);
    expect(output).toMatch(/Test Suites: 1 failed/);
    expect(status).toBe(1);
  });
});
