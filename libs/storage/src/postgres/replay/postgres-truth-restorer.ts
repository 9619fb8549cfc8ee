import { TruthRestorer, type Restored, type RestoredEntry } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { restoreStatement, type RestoredRow } from './restore-statement.js';

/** Writes memories and ledger rows back to PostgreSQL as they once were. */
export class PostgresTruthRestorer extends TruthRestorer {
  private readonly notifier: OutboxNotifier;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.notifier = new OutboxNotifier(database);
  }

  async restore(entries: readonly RestoredEntry[]): Promise<Restored> {
    if (entries.length === 0) return { entries: 0, memories: [] };
    const rows = await this.database.transaction(async (run) => {
      const written = await run<RestoredRow>(restoreStatement(entries));
      await run({ text: RAISE_IDS, values: [Math.max(0, ...written.map(({ id }) => id ?? 0))] });
      return written;
    });
    const memories = rows.flatMap(({ namespace, key }) => (namespace === null ? [] : [{ namespace, key }]));
    if (memories.length > 0) this.notifier.notify();
    return { entries: rows[0]?.entries ?? 0, memories };
  }
}

/** What is stored next gets an id above those that were given back. */
const RAISE_IDS = `SELECT setval('memories_id_seq', $1::bigint)
  WHERE $1::bigint > (SELECT last_value FROM memories_id_seq)`;
