import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcesses } from './services/lifetime/end-processes.mjs';

const PREFIX = 'sfm-jest-';

/**
 * Makes the folder of this test run. Workers learn it through the environment; the first spec that needs a server starts
 * it in there (test/services).
 */
export default async function globalSetup() {
  await removeAbandonedRuns();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  process.env.SFM_TEST_RUN_DIR = folder;
  const watcher = fileURLToPath(new URL('services/lifetime/end-with-run.mjs', import.meta.url));
  const watch = [watcher, String(process.pid), folder];
  spawn(process.execPath, watch, { cwd: '/', detached: true, stdio: 'ignore' }).unref();
}

/** A test run that was killed together with its watcher leaves its folder and its servers behind. */
async function removeAbandonedRuns() {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      await endProcesses(folder);
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
