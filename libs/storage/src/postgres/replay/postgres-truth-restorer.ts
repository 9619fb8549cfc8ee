import { trustedNamespace, TruthRestorer, type CoordinateId, type Restored, type RestoredEntry } from '@sfm/memory';
import { DeadlinedChanges } from '../changes/deadlined-changes.js';
import type { PostgresDatabase } from '../connection/postgres-database.js';
import { OutboxNotifier } from '../outbox/outbox-notifier.js';
import { restoreStatement, type RestoredRow } from './restore-statement.js';

/** Writes memories and ledger rows back to PostgreSQL in their original state. */
export class PostgresTruthRestorer extends TruthRestorer {
  private readonly notifier: OutboxNotifier;
  private readonly changes: DeadlinedChanges;

  constructor(private readonly database: PostgresDatabase) {
    super();
    this.changes = DeadlinedChanges.on(database);
    this.notifier = new OutboxNotifier(database);
  }

  async reserveIds(highest: number): Promise<void> {
    if (highest < 1) return;
    await this.database.query({
      text: `SELECT setval('memories_id_seq', $1::bigint) FROM memories_id_seq
        WHERE last_value < $1::bigint OR last_value = $1::bigint AND NOT is_called`,
      values: [highest],
    });
  }

  async restore(entries: readonly RestoredEntry[]): Promise<Restored> {
    if (entries.length === 0) return { entries: 0, memories: [], conflicts: [] };
    await this.reserveIds(Math.max(...entries.map(({ memoryId }) => memoryId ?? 0)));
    const rows = await this.changes.run<RestoredRow>((deadlineMs) => restoreStatement(entries, deadlineMs));
    const memories = rows.filter(({ what }) => what === 'restored').map(toCoordinate);
    const apart = new Set(rows.filter(({ what }) => what === 'conflict').map(({ id }) => id));
    if (memories.length > 0) this.notifier.notify();
    return {
      entries: rows.find(({ what }) => what === 'total')?.entries ?? 0,
      memories,
      conflicts: entries.filter(({ id }) => apart.has(id)),
    };
  }

  async lackingVersions(coordinates: readonly CoordinateId[]): Promise<readonly CoordinateId[]> {
    if (coordinates.length === 0) return [];
    const rows = await this.database.query<{ namespace: string; key: string }>({
      text: `SELECT m.namespace, m.coordinate_key AS key
        FROM unnest($1::text[], $2::text[]) AS asked (namespace, key)
        JOIN memories m ON m.namespace = asked.namespace AND m.coordinate_key = asked.key
        WHERE m.version > (
          SELECT count(*) + coalesce(min(e.version) FILTER (WHERE e.type = 'created' AND e.entry_hash IS NOT NULL
            AND e.previous_hash IS NULL) - 1, 0)
          FROM memory_events e
          WHERE e.namespace = m.namespace AND e.coordinate_key = m.coordinate_key AND e.version IS NOT NULL)`,
      values: [coordinates.map(({ namespace }) => namespace), coordinates.map(({ key }) => key)],
    });
    return rows.map(toCoordinate);
  }
}

function toCoordinate({ namespace, key }: { readonly namespace: string; readonly key: string }): CoordinateId {
  return { namespace: trustedNamespace(namespace), key };
}
