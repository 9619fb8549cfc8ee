import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** Does `work` while no other process does work under the same lock file. */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const unlock = await tryToLock(file);
    if (unlock === undefined) {
      await delay(POLL_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      await unlock();
    }
  }
}

/** @returns how to unlock; undefined when a living process holds the lock */
export async function tryToLock(file: string): Promise<(() => Promise<void>) | undefined> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return () => rm(file, { force: true });
  } catch (error) {
    // Errors of Node's own modules are of another realm in Jest.
    if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EEXIST') throw error;
    await removeIfAbandoned(file);
    return undefined;
  }
}

/** Its holder was killed. */
async function removeIfAbandoned(file: string): Promise<void> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  try {
    process.kill(pid, 0);
  } catch {
    await rm(file, { force: true });
  }
}
