import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Stops the PostgreSQL of this test run, if a spec started it, and removes its folder. */
export default async function globalTeardown() {
  const folder = process.env.SFM_TEST_RUN_DIR;
  if (!folder) return;
  await stopRunPostgres(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** The data is thrown away, so the server stops at once (SIGQUIT: no checkpoint). */
export async function stopRunPostgres(folder) {
  const cluster = join(folder, 'postgres');
  const pid = postmasterPid(cluster);
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  for (let tries = 0; tries < 500 && postmasterPid(cluster) !== undefined; tries += 1) await delay(10);
}

/** The pid in postmaster.pid, if that process is the server of this folder. */
function postmasterPid(cluster) {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 0);
    if (process.platform === 'linux' && readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(cluster)) return undefined;
    return pid;
  } catch {
    return undefined;
  }
}
