import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { testEnvironment } from './environment.js';
import { ServerUnavailable } from './server-process.js';

/**
 * A folder of the download cache, filled on first use: in a draft that is renamed when complete, so that a broken
 * download leaves nothing and of two at once one wins.
 */
export async function cachedFolder(name: string, fill: (draft: string) => Promise<void>): Promise<string> {
  const folder = path.join(testEnvironment.cacheDir, name);
  if (await exists(folder)) return folder;
  const draft = `${folder}.draft-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    if (await exists(folder)) return folder;
    throw error instanceof ServerUnavailable ? error : new ServerUnavailable(describe(error), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

/** What an error says, on one line. */
export function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' | ');
}

async function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
