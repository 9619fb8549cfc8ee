import { BEFORE_ALL_WRITES, WritePositions, type PositionStanding, type WritePosition } from '@sfm/memory';
import type { PostgresDatabase } from '../connection/postgres-database.js';

/**
 * Compares positions with `memory_events`. A primary shows a row of the ledger to every process once its transaction has
 * committed, so what it does not show was never there; a standby may still be on its way.
 */
export class PostgresWritePositions extends WritePositions {
  constructor(private readonly database: PostgresDatabase) {
    super();
  }

  async newest(): Promise<WritePosition> {
    const [row] = await this.database.query<{ seq: number; id: string }>({
      name: 'sfm_newest_position',
      text: 'SELECT seq::float8 AS seq, id FROM memory_events ORDER BY seq DESC LIMIT 1',
    });
    return row ? { seq: row.seq, eventId: row.id } : BEFORE_ALL_WRITES;
  }

  async standing({ seq, eventId }: WritePosition): Promise<PositionStanding> {
    if (seq === BEFORE_ALL_WRITES.seq) return 'seen';
    const [row] = await this.database.query<{ seen: boolean; follows: boolean }>({
      name: 'sfm_position_standing',
      text: `SELECT EXISTS (SELECT FROM memory_events WHERE seq = $1::bigint AND id = $2::uuid) AS seen,
        pg_is_in_recovery() AS follows`,
      values: [seq, eventId],
    });
    if (row?.seen) return 'seen';
    return row?.follows ? 'awaited' : 'unknown';
  }
}
