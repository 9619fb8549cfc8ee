import { UnknownCursorError } from '../../model/errors.js';
import type { LinkName } from '../ports/export-source.port.js';
import type { RecordCounts } from '../file/record-lines.js';

/** Where in a namespace an export is: after this memory or this link. Says the same wherever the records are imported. */
export type ExportPlace =
  | { readonly phase: 'memories'; readonly key: string; readonly createdAtMs: number }
  | ({ readonly phase: 'links' } & LinkName);

/** Where a part of an export ends: all that is needed to go on. */
export interface Checkpoint {
  readonly place: ExportPlace;
  readonly counts: RecordCounts;
  /** Checksum of the part, hex. */
  readonly sha256: string;
}

const SHA256 = /^[0-9a-f]{64}$/;
const MAX_LENGTH = 20_000;

export function writeCheckpoint({ place, counts, sha256 }: Checkpoint): string {
  const { memories, versions, links } = counts;
  const where = place.phase === 'memories' ? [place.key, place.createdAtMs] : [place.fromKey, place.type, place.toKey];
  const parts = [place.phase, where, memories, versions, links, sha256];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws UnknownCursorError for a text that no checkpoint has */
export function readCheckpoint(text: string): Checkpoint {
  const parts: unknown = text.length > MAX_LENGTH ? undefined : parsed(text);
  if (Array.isArray(parts) && parts.length === 6) {
    const [phase, where, memories, versions, links, sha256] = parts as unknown[];
    const place = placeOf(phase, where);
    if (place && isCount(memories) && isCount(versions) && isCount(links) && isSum(sha256)) {
      return { place, counts: { memories, versions, links }, sha256 };
    }
  }
  throw new UnknownCursorError('after', 'must be the "after" of a checkpoint of this export');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function placeOf(phase: unknown, where: unknown): ExportPlace | undefined {
  if (!Array.isArray(where)) return undefined;
  const [first, second, third] = where as unknown[];
  if (typeof first !== 'string') return undefined;
  if (phase === 'memories' && isCount(second)) return { phase, key: first, createdAtMs: second };
  const isLink = phase === 'links' && typeof second === 'string' && typeof third === 'string';
  return isLink ? { phase, fromKey: first, type: second, toKey: third } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSum(value: unknown): value is string {
  return typeof value === 'string' && SHA256.test(value);
}
