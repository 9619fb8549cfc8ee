import { EMPTY_CHAIN, sealEntries, type AuditEntry, type AuditHead } from '@sfm/memory';
import { voidAfter } from '../changes/void-after.js';
import { ADVISORY_LOCK_CLASS, AUDIT_LOCK } from '../connection/advisory-lock-keys.js';
import type { RunInTransaction } from '../connection/postgres-database.js';

/** Waits for whoever is adding entries: the next statement sees the last one. */
const LOCK = `SELECT pg_advisory_xact_lock(${ADVISORY_LOCK_CLASS}, ${AUDIT_LOCK})`;
export const HEAD = 'SELECT seq::float8 AS seq, hash FROM audit_log ORDER BY audit_log.seq DESC LIMIT 1';

const APPEND = `INSERT INTO audit_log (seq, entry, hash)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) WHERE ${voidAfter('$4')}`;

/**
 * Adds entries to the log in the transaction that `run` belongs to. Others who add some wait until it ends, so that it
 * should do so shortly.
 */
export async function appendAudit(
  run: RunInTransaction,
  entries: readonly AuditEntry[],
  deadlineMs: number,
): Promise<void> {
  await run({ text: LOCK });
  const [head = EMPTY_CHAIN] = await run<AuditHead>({ text: HEAD });
  const sealed = sealEntries(head, entries);
  const columns = [sealed.map(({ seq }) => seq), sealed.map(({ text }) => text), sealed.map(({ hash }) => hash)];
  await run({ text: APPEND, values: [...columns, deadlineMs] });
}
