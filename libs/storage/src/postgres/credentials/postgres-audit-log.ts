import { AuditLog, EMPTY_CHAIN, type AuditEntry, type AuditHead, type SealedEntry } from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { appendAudit, HEAD } from './append-audit.js';

/** The log in PostgreSQL. Processes that add entries do so one after the other. */
export class PostgresAuditLog extends AuditLog {
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.changes.transaction((run, deadlineMs) => appendAudit(run, entries, deadlineMs));
  }

  async page(afterSeq: number, limit: number): Promise<readonly SealedEntry[]> {
    const rows = await this.database.query<{ readonly seq: number; readonly entry: string; readonly hash: string }>({
      text: `SELECT seq::float8 AS seq, entry, hash FROM audit_log WHERE audit_log.seq > $1
        ORDER BY audit_log.seq LIMIT $2`,
      values: [afterSeq, limit],
    });
    return rows.map(({ seq, entry, hash }) => ({ seq, hash, text: entry }));
  }

  async head(): Promise<AuditHead> {
    const [row] = await this.database.query<AuditHead>({ text: HEAD });
    return row ?? EMPTY_CHAIN;
  }
}
