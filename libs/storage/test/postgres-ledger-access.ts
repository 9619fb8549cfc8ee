import { expect } from '@jest/globals';
import type { LedgerAccess, LedgerRow, OpenWrite } from '@sfm/memory/testing';
import type { Namespace } from '@sfm/memory';
import type { PostgresDatabase } from '../src/postgres/connection/postgres-database.js';
import { writeStatement } from '../src/postgres/writing/write-statement.js';

const ROLL_BACK = new Error('roll back');

interface EventRow extends Omit<LedgerRow, 'eventId' | 'key' | 'memoryType' | 'contentHash'> {
  readonly event_id: string;
  readonly coordinate_key: string | null;
  readonly memory_type: string | null;
  readonly content_hash: string | null;
}

/** Tests hold transactions open, and the two clocks are of one machine. */
const UNHURRIED_MS = 3_600_000;

/** Reaches into the ledger of PostgreSQL beside the adapters. */
export class PostgresLedgerAccess implements LedgerAccess {
  constructor(private readonly database: PostgresDatabase) {}

  /** Takes a connection of the pool until it ends. */
  begin(): Promise<OpenWrite> {
    return new Promise((resolve, reject) => {
      const ended = this.database.transaction(async (run) => {
        const outcome = await new Promise<'commit' | 'roll back'>((end) => {
          const finish = (how: 'commit' | 'roll back') => {
            end(how);
            return ended;
          };
          resolve({
            write: async (commands) => void (await run(writeStatement(commands, Date.now() + UNHURRIED_MS))),
            commit: () => finish('commit'),
            rollBack: () => finish('roll back').catch((error) => expect(error).toBe(ROLL_BACK)),
          });
        });
        if (outcome === 'roll back') throw ROLL_BACK;
      });
      ended.catch(reject);
    });
  }

  async rows(namespace: Namespace): Promise<readonly LedgerRow[]> {
    const rows = await this.database.query<EventRow>({
      text: `SELECT id, event_id, type, "timestamp", payload, coordinate_key, coordinate, memory_type, version,
          importance, encode(content_hash, 'hex') AS content_hash
        FROM memory_events WHERE namespace = $1 ORDER BY seq`,
      values: [namespace],
    });
    return rows.map(({ event_id, coordinate_key, memory_type, content_hash, ...row }) => ({
      ...row,
      eventId: event_id,
      key: coordinate_key,
      memoryType: memory_type,
      contentHash: content_hash,
    }));
  }

  async mark(): Promise<number> {
    const [row] = await this.database.query<{ mark: number }>({
      text: 'SELECT coalesce(max(seq), 0)::float8 AS mark FROM memory_events',
    });
    return row?.mark ?? 0;
  }

  async rewindTo(mark: number): Promise<void> {
    await this.database.transaction(async (run) => {
      await run({ text: "SET LOCAL soma.erasure = 'on'" });
      await run({ text: 'DELETE FROM memory_events WHERE seq > $1', values: [mark] });
      await run({ text: `ALTER TABLE memory_events ALTER COLUMN seq RESTART WITH ${mark + 1}` });
    });
  }
}
