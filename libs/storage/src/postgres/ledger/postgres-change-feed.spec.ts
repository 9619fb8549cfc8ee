import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FeedPosition, Namespace } from '@sfm/memory';
import { aWrite, freshNamespace } from '@sfm/memory/testing';
import { PostgresLedgerAccess } from '../../../test/postgres-ledger-access.js';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';

const LIMIT = 100;

let truth: TruthDatabase;
let access: PostgresLedgerAccess;
beforeAll(async () => {
  truth = await openTruthDatabase();
  access = new PostgresLedgerAccess(truth.database);
});
afterAll(() => truth.close());

describe('the ledger as a feed, where its numbers have holes', () => {
  const feed = () => truth.adapters.feed;
  const inhabited = async () => {
    const namespace = freshNamespace();
    await write(namespace, -1);
    return namespace;
  };
  const write = (namespace: Namespace, x: number) =>
    truth.adapters.writer.write([aWrite(namespace, { coordinate: [x] })]);
  const read = async (position: FeedPosition, limit = LIMIT) => {
    const batch = await feed().since(position, limit);
    expect(batch.isReset).toBe(false);
    return { ...batch, keys: batch.changes.map(({ key }) => key) };
  };
  /** Reads until no hole is left, which other databases of the server may delay; there is nothing to report. */
  const settle = async (position: FeedPosition) => {
    let last = position;
    await waitFor(async () => {
      const batch = await read(last);
      expect(batch.keys).toEqual([]);
      last = batch.position;
      return 'gaps' in last && Array.isArray(last.gaps) && last.gaps.length === 0;
    });
    return last;
  };

  it('closes the hole of a transaction whose process died', async () => {
    const namespace = await inhabited();
    let position = await settle(await feed().now());
    const client = truth.database.dedicatedClient();
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query(
      "INSERT INTO memory_events (id, event_id, namespace, type, \"timestamp\", payload) VALUES (gen_random_uuid(), gen_random_uuid(), 'x', 'created', 0, '{}')",
    );
    await write(namespace, 1);
    ({ position } = await read(position));
    expect(position).toMatchObject({ gaps: [expect.anything()] });
    await truth.database.query({
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
    });
    position = await settle(position);
    await write(namespace, 2);
    expect((await read(position)).keys).toEqual(['2']);
  });

  it('does not wait for a transaction that somebody keeps open elsewhere, and holds nothing for what nobody drew', async () => {
    const namespace = await inhabited();
    const open = await access.begin();
    await open.write([aWrite(namespace, { coordinate: [0] })]);
    let { position } = await read(await feed().now());
    for (let x = 1; x <= 20; x += 1) {
      const doomed = await access.begin();
      await doomed.write([aWrite(namespace, { coordinate: [x] })]);
      await doomed.rollBack();
      await write(namespace, x);
      const batch = await read(position);
      expect(batch.keys).toEqual([String(x)]);
      expect(batch.isCaughtUp).toBe(true);
      ({ position } = batch);
    }
    await open.commit();
    const last = await read(position);
    expect(last.keys).toEqual(['0']);
    await settle(last.position);
  });

  it('takes a jump of a billion numbers for one hole', async () => {
    const namespace = await inhabited();
    const position = await settle(await feed().now());
    await truth.database.query({
      text: "SELECT setval(pg_get_serial_sequence('memory_events', 'seq'), nextval(pg_get_serial_sequence('memory_events', 'seq')) + 1000000000)",
    });
    await write(namespace, 1);
    const after = await read(position);
    expect(after.keys).toEqual(['1']);
    expect(after.position).toMatchObject({ gaps: [expect.anything()] });
    await write(namespace, 2);
    expect((await read(after.position)).keys).toEqual(['2']);
  });

  it('reads no more of a long ledger than what is new', async () => {
    const namespace = await inhabited();
    await truth.database.query({
      text: `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload)
        SELECT gen_random_uuid(), gen_random_uuid(), 'long', 'created', 0, '{}' FROM generate_series(1, 5000)`,
    });
    let position = await settle(await feed().now());
    const reads = async () => {
      await truth.database.query({ text: 'SELECT pg_stat_force_next_flush()' });
      const [row] = await truth.database.query<{ tuples: number }>({
        text: "SELECT idx_tup_read::float8 AS tuples FROM pg_stat_user_indexes WHERE indexrelname = 'memory_events_seq_idx'",
      });
      return row?.tuples ?? 0;
    };
    const before = await reads();
    // A prepared statement gets the plan that it keeps after its fifth execution.
    for (let x = 0; x < 10; x += 1) {
      await write(namespace, x);
      ({ position } = await read(position));
    }
    expect((await reads()) - before).toBeLessThan(500);
  });

  it('reads late rows in pieces, too', async () => {
    const namespace = await inhabited();
    const late = await access.begin();
    await late.write(Array.from({ length: 25 }, (_, x) => aWrite(namespace, { coordinate: [100 + x] })));
    await write(namespace, 1);
    let { position } = await read(await feed().now());
    await late.commit();
    const seen: string[] = [];
    for (let isCaughtUp = false, reads = 0; !isCaughtUp; reads += 1) {
      expect(reads).toBeLessThan(10);
      const batch = await read(position, 4);
      expect(batch.keys.length).toBeLessThanOrEqual(8);
      seen.push(...batch.keys);
      ({ position, isCaughtUp } = batch);
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, x) => String(100 + x)));
    expect(await settle(position)).toMatchObject({ from: 0 });
  });
});
