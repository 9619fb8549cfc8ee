import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDeletion, aWrite, freshNamespace } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { MIGRATIONS_TABLE } from '../connection/data-source.js';
import { MigrationRunner } from './migration-runner.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase({ migrate: false });
});
afterAll(async () => {
  await truth.close();
});

const OWN = `pg_get_userbyid(c.relowner) = current_user AND c.relnamespace = 'public'::regnamespace`;

/** Everything that migrations can leave behind, by kind and name. */
async function objects(): Promise<string[]> {
  const rows = await truth.database.query<{ object: string }>({
    text: `SELECT 'relation ' || c.relname AS object FROM pg_class c
        WHERE ${OWN} AND c.relname NOT LIKE $1 || '%' AND c.oid NOT IN (SELECT indexrelid FROM pg_index WHERE indrelid = to_regclass($1))
      UNION ALL SELECT 'function ' || p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      UNION ALL SELECT 'type ' || t.typname FROM pg_type t
        WHERE t.typnamespace = 'public'::regnamespace AND t.typname NOT LIKE '%' || $1 AND t.typname <> $1
      ORDER BY 1`,
    values: [MIGRATIONS_TABLE],
  });
  return rows.map(({ object }) => object);
}

describe('the migrations', () => {
  it('go from empty to head, back to empty and to head again, as a role that only owns its database', async () => {
    const runner = new MigrationRunner(truth.dataSource);
    const [role] = await truth.database.query<{ powers: boolean }>({
      text: `SELECT rolsuper OR rolreplication OR rolbypassrls AS powers FROM pg_roles WHERE rolname = current_user`,
    });
    expect(role).toEqual({ powers: false });
    await runner.migrateUp();
    const head = await objects();
    expect(head).toEqual(expect.arrayContaining(['relation memories', 'relation memory_events', 'relation kv_store']));
    await runner.migrateDown('all');
    expect(await objects()).toEqual([]);
    await runner.migrateUp();
    expect(await objects()).toEqual(head);
  });

  it('build an index again of which an interrupted run left a part', async () => {
    const runner = new MigrationRunner(truth.dataSource);
    const isApplied = async () =>
      (await runner.currentRevision()).migrations.some(
        ({ name, applied }) => applied && name.startsWith('BoundedReads'),
      );
    while (await isApplied()) await runner.migrateDown();
    const namespace = freshNamespace();
    const insert = `INSERT INTO memories (namespace, coordinate_key, coordinate, version, created_version, type, payload,
        content_hash, created_at, updated_at)
      SELECT $1, n::text, ARRAY[n], 1, 1, 'semantic', '{}', '', now(), now() FROM generate_series(1, 2) AS n`;
    await truth.database.query({ text: insert, values: [namespace] });
    const broken = 'CREATE UNIQUE INDEX CONCURRENTLY memories_pending_idx ON memories (namespace)';
    await expect(truth.database.query({ text: broken })).rejects.toThrow();
    await runner.migrateUp();
    const [index] = await truth.database.query({
      text: `SELECT indisvalid AS valid, indnkeyatts::int AS columns FROM pg_index
        WHERE indexrelid = 'memories_pending_idx'::regclass`,
    });
    expect(index).toEqual({ valid: true, columns: 2 });
    await truth.database.query({ text: 'DELETE FROM memories WHERE namespace = $1', values: [namespace] });
  });

  it('make exactly what the entities describe', async () => {
    const { upQueries } = await truth.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('notice when entities and schema drift apart', async () => {
    const drifted = async (change: string, back: string) => {
      await truth.database.query({ text: change });
      const { upQueries } = await truth.dataSource.driver.createSchemaBuilder().log();
      await truth.database.query({ text: back });
      return upQueries.length > 0;
    };
    expect(await drifted('ALTER TABLE outbox ADD COLUMN extra text', 'ALTER TABLE outbox DROP COLUMN extra')).toBe(
      true,
    );
    expect(
      await drifted(
        'ALTER TABLE memories ALTER COLUMN type DROP NOT NULL',
        'ALTER TABLE memories ALTER COLUMN type SET NOT NULL',
      ),
    ).toBe(true);
    expect(
      await drifted(
        'DROP INDEX ix_memory_events_event_id',
        'CREATE INDEX ix_memory_events_event_id ON memory_events (event_id)',
      ),
    ).toBe(true);
    const { upQueries } = await truth.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries).toEqual([]);
  });

  it('make what entities can not express', async () => {
    const indexes = await truth.database.query<{ indexdef: string }>({
      text: `SELECT indexdef FROM pg_indexes WHERE tablename = 'memories' ORDER BY indexname`,
    });
    expect(indexes.map(({ indexdef }) => indexdef.replaceAll('public.', '').replaceAll(/\s+/g, ' '))).toEqual([
      'CREATE INDEX memories_expires_at_idx ON memories USING btree (expires_at) WHERE (expires_at IS NOT NULL)',
      'CREATE INDEX memories_importance_idx ON memories USING btree (namespace, type, COALESCE(importance, (0)::double precision) DESC, created_at, id) WHERE (deleted_at IS NULL)',
      'CREATE INDEX memories_pending_idx ON memories USING btree (namespace, updated_at) WHERE (indexed_version < version)',
      'CREATE UNIQUE INDEX memories_pkey ON memories USING btree (namespace, coordinate_key)',
      'CREATE INDEX memories_places_idx ON memories USING btree (namespace, ( CASE WHEN (coordinate[2] IS NULL) THEN 1 WHEN (coordinate[3] IS NULL) THEN 2 WHEN (coordinate[4] IS NULL) THEN 3 WHEN (coordinate[5] IS NULL) THEN 4 WHEN (coordinate[6] IS NULL) THEN 5 WHEN (coordinate[7] IS NULL) THEN 6 WHEN (coordinate[8] IS NULL) THEN 7 WHEN (coordinate[9] IS NULL) THEN 8 ELSE 9 END), (coordinate[1]), id) WHERE (deleted_at IS NULL)',
      'CREATE UNIQUE INDEX memories_retention_idx ON memories USING btree (namespace, created_at, id) INCLUDE (type, deleted_at, expires_at, importance)',
    ]);
    const [storage] = await truth.database.query<{ external: boolean }>({
      text: `SELECT attstorage = 'e' AS external FROM pg_attribute WHERE attrelid = 'memories'::regclass AND attname = 'embedding'`,
    });
    expect(storage).toEqual({ external: true });
  });

  it('give every table a primary key', async () => {
    const without = await truth.database.query({
      text: `SELECT c.relname FROM pg_class c WHERE ${OWN} AND c.relkind = 'r'
        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)`,
    });
    expect(without).toEqual([]);
  });

  it('keep the columns and indexes of the ledger that existing tools query', async () => {
    const columns = await truth.database.query<{ column: string }>({
      text: `SELECT column_name || ' ' || data_type AS column FROM information_schema.columns
        WHERE table_name = 'memory_events' ORDER BY ordinal_position LIMIT 6`,
    });
    expect(columns.map(({ column }) => column)).toEqual([
      'id uuid',
      'event_id uuid',
      'namespace text',
      'type text',
      'timestamp double precision',
      'payload jsonb',
    ]);
    const indexes = await truth.database.query<{ indexname: string }>({
      text: `SELECT indexname FROM pg_indexes WHERE tablename = 'memory_events'`,
    });
    expect(indexes.map(({ indexname }) => indexname)).toEqual(
      expect.arrayContaining(['ix_memory_events_namespace_timestamp', 'ix_memory_events_event_id']),
    );
  });
});

describe('the ledger', () => {
  const changes = [`UPDATE memory_events SET payload = '{}'`, 'DELETE FROM memory_events', 'TRUNCATE memory_events'];

  it('refuses every change, even by its owner', async () => {
    await truth.adapters.writer.write([aWrite(freshNamespace())]);
    for (const text of changes)
      await expect(truth.database.query({ text })).rejects.toThrow('memory_events is immutable');
  });

  it('lets a session that declares an erasure change it, for that transaction only', async () => {
    for (const text of changes) {
      await truth.adapters.writer.write([aWrite(freshNamespace())]);
      await truth.database.transaction(async (run) => {
        await run({ text: `SET LOCAL soma.erasure = 'on'` });
        await run({ text });
      });
    }
    for (const text of changes)
      await expect(truth.database.query({ text })).rejects.toThrow('memory_events is immutable');
  });

  it('has one row per change, also for writes of one coordinate in one batch', async () => {
    const namespace = freshNamespace();
    await truth.adapters.writer.write(
      Array.from({ length: 50 }, (_, n) => aWrite(namespace, { payload: { run: 'r', n } })),
    );
    await truth.adapters.writer.delete([aDeletion(namespace, '1,2')]);
    const rows = await truth.database.query<{ type: string; version: number; n: number | null; same: boolean }>({
      text: `SELECT type, version, (payload->>'n')::int AS n, id = event_id AS same FROM memory_events
        WHERE namespace = $1 AND coordinate_key = '1,2' ORDER BY seq`,
      values: [namespace],
    });
    expect(rows).toEqual([
      ...Array.from({ length: 50 }, (_, n) => ({
        type: n === 0 ? 'created' : 'updated',
        version: n + 1,
        n,
        same: true,
      })),
      { type: 'deleted', version: 51, n: null, same: true },
    ]);
  });
});
