import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { testEnvironment } from '../environment.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** A registry that fails once usually answers the next time. */
const TRIES = 3;
const PAUSE_MS = 3000;

/**
 * A folder of the download cache, filled on first use: in a draft that is renamed when complete, so that a broken
 * download leaves nothing and of two at once one wins. What `fill` throws is tried again, but for ServerUnavailable,
 * which lasts.
 *
 * @throws ServerUnavailable
 */
export async function cachedFolder(name: string, fill: (draft: string) => Promise<void>): Promise<string> {
  const folder = path.join(testEnvironment.cacheDir, name);
  for (let tries = 1; !(await exists(folder)); tries += 1) {
    try {
      await fillOnce(folder, fill);
    } catch (error) {
      if (error instanceof ServerUnavailable) throw error;
      if (tries === TRIES) throw new ServerUnavailable(describe(error), { cause: error });
      await delay(PAUSE_MS);
    }
  }
  return folder;
}

async function fillOnce(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${folder}.draft-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What an error says, on one line. */
export function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error))
    .split('\n')
    .map((line) => line.trim())
    .join(' | ');
}

async function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
