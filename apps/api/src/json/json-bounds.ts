import type { JsonBounds } from './json-scan.js';

/** Levels of a body around what the limit of payloads is about, and what filters need beyond it. */
const LEVELS_AROUND_PAYLOAD = 8;
/** Of the largest body, which may be made of nothing else: floats of full precision, and pairs of short keys and values. */
const VALUES_PER_MB = 60_000;
const KEYS_PER_MB = 20_000;

/** What JSON of a request may be made of. @param maxDepth levels of a payload */
export function jsonBounds(maxBytes: number, maxDepth: number): JsonBounds {
  const megabytes = Math.ceil(maxBytes / 2 ** 20);
  return {
    maxDepth: maxDepth + LEVELS_AROUND_PAYLOAD,
    maxValues: megabytes * VALUES_PER_MB,
    maxKeys: megabytes * KEYS_PER_MB,
  };
}
