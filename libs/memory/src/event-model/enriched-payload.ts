import { contentHash } from '../model/content-hash.js';
import { ENVELOPE_FIELDS } from './envelope.js';
import type { JsonObject } from '../model/json.js';
import type { MemoryType } from '../model/memory.js';

/** An enriched payload, and the hash of the original one. */
export interface HashedEnrichment {
  readonly payload: JsonObject;
  readonly type: MemoryType;
  readonly importance: number | null;
  readonly contentHash: string | null;
}

/**
 * Recovers the original payload from an enriched one written by a version before lossless ledgers, and verifies it by
 * its hash. Returns undefined when it cannot be recovered because the caller's own values were overwritten.
 */
export function sentOf({ payload, type, importance, contentHash: hash }: HashedEnrichment): JsonObject | undefined {
  const present = ENVELOPE_FIELDS.filter((name) => Object.hasOwn(payload, name));
  for (let choice = 0; choice < 2 ** present.length; choice += 1) {
    const dropped: ReadonlySet<string> = new Set(present.filter((_, bit) => (choice & (1 << bit)) === 0));
    const candidate = Object.fromEntries(Object.entries(payload).filter(([name]) => !dropped.has(name)));
    if (contentHash(type, importance, candidate) === hash) return candidate;
  }
  return undefined;
}
