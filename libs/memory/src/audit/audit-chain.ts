import { createHash } from 'node:crypto';
import { stringifyJson } from '../model/json-number.js';
import type { AuditEntry } from './audit-entry.js';

/** Where a chain of entries ends. */
export interface AuditHead {
  /** Of the last entry, counted from 1; 0 for none. */
  readonly seq: number;
  /** Of the last entry, hex. */
  readonly hash: string;
}

/** An entry in its place. */
export interface SealedEntry extends AuditHead {
  /** The entry as JSON, with its place and the hash of the one before. `hash` is the SHA-256 of exactly these bytes. */
  readonly text: string;
}

/** Before the first entry. */
export const EMPTY_CHAIN: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** Puts entries behind the last one. */
export function sealEntries(head: AuditHead, entries: readonly AuditEntry[]): readonly SealedEntry[] {
  let last = head;
  return entries.map(({ at, kind, actor, action, namespace, details }) => {
    const seq = last.seq + 1;
    const text = stringifyJson({
      ...{ seq, at: at.toISOString(), kind, actor, action, namespace, details },
      previous_hash: last.hash,
    });
    const sealed = { seq, hash: hashOf(text), text };
    last = sealed;
    return sealed;
  });
}

/** The line of an entry in an exported log: the JSON of the entry with its hash as the last field. */
export function auditLine({ text, hash }: SealedEntry): string {
  return `${text.slice(0, -1)},"hash":"${hash}"}\n`;
}

/** The last line of an exported log, without which the file is cut off. */
export function auditEndLine({ seq, hash }: AuditHead): string {
  return `${JSON.stringify({ end: true, seq, hash })}\n`;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
