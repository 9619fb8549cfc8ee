import { within } from '../waiting/within.js';

const SCRAPE_TIMEOUT_MS = 1000;

/** Resolves with the result of `read` within a second; undefined when it fails or is slow, so no scrape waits for it. */
export async function answerInTime<T>(read: () => T | Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await within<T | undefined>(SCRAPE_TIMEOUT_MS, Promise.resolve(read()), undefined);
  } catch {
    return undefined;
  }
}
