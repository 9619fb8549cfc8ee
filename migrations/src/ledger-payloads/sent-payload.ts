import { createHash } from 'node:crypto';

/** What earlier versions put into the payload of a ledger row. */
const MIXED_IN = ['coordinate', 'memory_type', 'importance_norm', 'timestamp'] as const;

/** A ledger row of an earlier version, as far as its payload is concerned. */
export interface EnrichedRow {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly memoryType: string | null;
  readonly importance: number | null;
  /** SHA-256 (hex) of type, importance and the payload that was sent. */
  readonly contentHash: string | null;
  /** The payload of the memory itself, when it still has the version of the row. */
  readonly current: Readonly<Record<string, unknown>> | null;
}

/**
 * The payload that was sent, as canonical JSON; null when none of those it may have been has the hash that was stored: its
 * caller had values of its own under the names that were mixed in, and they were written over.
 */
export function sentPayload({ payload, memoryType, importance, contentHash, current }: EnrichedRow): string | null {
  for (const candidate of [...(current ? [current] : []), ...candidates(payload)]) {
    const json = canonicalJson(candidate);
    const hash = createHash('sha256').update(`${memoryType ?? ''}\n${importance ?? ''}\n${json}`);
    if (hash.digest('hex') === contentHash) return json;
  }
  return null;
}

/** The enriched payload with each choice of what was mixed in taken out, the most usual first. */
function* candidates(payload: EnrichedRow['payload']): Generator<Record<string, unknown>> {
  const present = MIXED_IN.filter((name) => Object.hasOwn(payload, name));
  for (let kept = 0; kept < 2 ** present.length; kept += 1) {
    const dropped = new Set<string>(present.filter((_, bit) => (kept & (1 << (present.length - 1 - bit))) === 0));
    yield Object.fromEntries(Object.entries(payload).filter(([name]) => !dropped.has(name)));
  }
}

/** JSON text with object keys in code-unit order, as the hash was made of. */
function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
