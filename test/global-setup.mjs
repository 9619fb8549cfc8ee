import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopRunPostgres } from './global-teardown.mjs';

const PREFIX = 'sfm-jest-';

/**
 * Makes the folder of this test run. Workers learn it through the environment; the first spec that needs a database
 * starts PostgreSQL in it (test/services/postgres.ts).
 */
export default async function globalSetup() {
  await removeAbandonedRuns();
  process.env.SFM_TEST_RUN_DIR = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** A killed test run leaves its folder and its PostgreSQL behind. */
async function removeAbandonedRuns() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      await stopRunPostgres(folder);
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Somebody else's.
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
