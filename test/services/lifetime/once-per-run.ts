import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe } from '../programs/cached-folder.js';
import { tryToLock } from './file-lock.js';
import { ServerUnavailable } from './server-process.js';

/** What one worker found or started, for the others to read. */
export type SharedState = Readonly<Record<string, string>>;

const POLL_MS = 50;
/** Above the longest start, downloads included. */
const TIMEOUT_MS = 600_000;

/**
 * Does `make` in one of the processes of a test run and gives its result to all of them. A failure is shared too:
 * nobody tries again.
 *
 * @throws ServerUnavailable with the message of the failure
 */
export async function oncePerRun(runDir: string, name: string, make: () => Promise<SharedState>): Promise<SharedState> {
  const folder = path.join(runDir, 'shared');
  await mkdir(folder, { recursive: true });
  const stateFile = path.join(folder, `${name}.json`);
  const lockFile = path.join(folder, `${name}.lock`);
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const state = await readState(stateFile);
    if (state !== undefined) return state;
    const unlock = await tryToLock(lockFile);
    if (unlock === undefined) {
      await delay(POLL_MS);
      continue;
    }
    try {
      if ((await readState(stateFile)) === undefined) await publish(stateFile, await attempt(make));
    } finally {
      await unlock();
    }
  }
  throw new ServerUnavailable(`${name}: another worker did not get it within ${TIMEOUT_MS / 1000} s.`);
}

async function attempt(make: () => Promise<SharedState>): Promise<string> {
  try {
    return JSON.stringify({ state: await make() });
  } catch (error) {
    // Log lines of a server that did not start stay lines.
    const message = error instanceof Error ? error.message : describe(error);
    return JSON.stringify({ failure: message });
  }
}

async function publish(file: string, content: string): Promise<void> {
  await writeFile(`${file}.draft`, content, { mode: 0o600 });
  await rename(`${file}.draft`, file);
}

async function readState(file: string): Promise<SharedState | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const content: { state: SharedState } | { failure: string } = JSON.parse(text);
  if ('failure' in content) throw new ServerUnavailable(content.failure);
  return content.state;
}
