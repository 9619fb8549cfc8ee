import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drainAll, freshNamespace } from '@sfm/memory/testing';
import type { Namespace } from '@sfm/memory';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';

const WAITING = 5000;
const BATCH = 500;

let truth: TruthDatabase;
beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(() => truth.close());

describe('the outbox table', () => {
  /** Rows of the table and entries of its indexes that were looked at so far. */
  const looks = async () => {
    await truth.database.query({ text: 'SELECT pg_stat_force_next_flush()' });
    const [row] = await truth.database.query<{ looks: number }>({
      text: `SELECT (seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'outbox'))::float8 AS looks
        FROM pg_stat_user_tables WHERE relname = 'outbox'`,
    });
    return row?.looks ?? 0;
  };

  const fill = (namespace: Namespace, events: number) =>
    truth.database.query({
      text: `WITH event AS (
          INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, coordinate_key, version)
          SELECT gen_random_uuid(), gen_random_uuid(), $1, 'created', 0, '{}', n, 1 FROM generate_series(1, $2::int) AS n
          RETURNING id, namespace, coordinate_key, version
        )
        INSERT INTO outbox (event_id, namespace, coordinate_key, version)
        SELECT id, namespace, coordinate_key, version FROM event`,
      values: [namespace, events],
    });

  it.each([0, 3, 1000])('is read little further than what is handed out after statistics of %i rows', async (rows) => {
    const namespace = freshNamespace();
    await drainAll(truth.adapters.outbox);
    await fill(namespace, rows);
    await truth.database.query({ text: 'VACUUM ANALYZE outbox' });
    await drainAll(truth.adapters.outbox);
    await fill(freshNamespace(), WAITING);
    const before = await looks();
    let handedOut = 0;
    await truth.adapters.outbox.drain(BATCH, (records) => {
      handedOut = records.length;
      return Promise.resolve({ published: records.map(({ event }) => event.event_id) });
    });
    expect(handedOut).toBe(BATCH);
    // A row that is not where its statistics are is met a few times: found, compared, removed.
    expect((await looks()) - before).toBeLessThan(10 * BATCH);
  });
});
