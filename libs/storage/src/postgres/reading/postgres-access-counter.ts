import { AccessCounter, type Namespace } from '@sfm/memory';
import { outsideTraces } from '@sfm/observability';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/** Records in PostgreSQL how often and when memories were last returned. */
export class PostgresAccessCounter extends AccessCounter {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  /** Skips rows that a writer has locked. One call covers many reads, so it belongs to no trace. */
  async touch(namespace: Namespace, keys: readonly string[], now: Date): Promise<void> {
    if (keys.length === 0) return;
    const statement = {
      name: 'sfm_touch',
      text: `WITH free AS MATERIALIZED (
          SELECT m.coordinate_key FROM memories m
          WHERE m.namespace = $1 AND m.coordinate_key = ANY($2::text[]) AND m.deleted_at IS NULL
          ORDER BY m.coordinate_key FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE memories m SET access_count = m.access_count + 1,
          last_accessed_at = greatest(m.last_accessed_at, $3::timestamptz)
        FROM free WHERE m.namespace = $1 AND m.coordinate_key = free.coordinate_key`,
      values: [namespace, keys, now.toISOString()],
    };
    await outsideTraces(() => this.database.queryWithRetry(statement));
  }
}
