import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toRestoredEntry, type LedgerEntry, type Namespace } from '@sfm/memory';
import { aDeletion, aForeignDelete, aForeignWrite, aWrite, freshNamespace } from '@sfm/memory/testing';
import { convertLedger, MIGRATIONS } from '@sfm/migrations';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresTruthRestorer } from '../replay/postgres-truth-restorer.js';
import { ledgerColumns, toLedgerEntry, type LedgerDbRow } from '../rows/ledger-row.js';
import { MigrationRunner } from '../schema/migration-runner.js';
import { PostgresTruthAudit } from './postgres-truth-audit.js';

let truth: TruthDatabase;
let audit: PostgresTruthAudit;
let namespace: Namespace;

beforeAll(async () => {
  truth = await openTruthDatabase();
  audit = new PostgresTruthAudit(truth.database);
});
afterAll(() => truth.close());
beforeEach(() => {
  namespace = freshNamespace();
});

const query = <Row extends object>(text: string) => truth.database.query<Row>({ text, values: [namespace] });
const erasing = (...statements: string[]) =>
  truth.database.transaction(async (run) => {
    await run({ text: "SET LOCAL soma.erasure = 'on'" });
    for (const text of statements) await run({ text, values: [namespace] });
  });
const write = (...coordinates: number[]) =>
  truth.adapters.writer.write(coordinates.map((x) => aWrite(namespace, { coordinate: [x] })));
const proofsOf = async (key: string) => {
  const [found] = await audit.read(namespace, [key]);
  const { altered, unlinked, unhashed } = found?.ledger ?? { altered: [], unlinked: [], unhashed: -1 };
  return { altered, unlinked, unhashed };
};
const WHOLE = { altered: [], unlinked: [], unhashed: 0 };

describe('the hashes of the ledger', () => {
  it('agree with every way in which rows are written', async () => {
    await write(1, 2, 1, 1);
    await write(1, 2);
    await truth.adapters.writer.delete([aDeletion(namespace, '1')]);
    await truth.adapters.writer.write([
      aWrite(namespace, { coordinate: [1], expiresAt: new Date(Date.now() - 1000), importance: 0.1 + 0.2 }),
      aWrite(namespace, { coordinate: [1e-7, 0.1], payload: { text: 'ü', deep: [{ none: null }, 1e-9] } }),
    ]);
    await write(1);
    await truth.adapters.ledger.record([
      aForeignWrite(namespace, { coordinate: [1] }),
      aForeignWrite(namespace, { coordinate: [2] }),
      aForeignDelete(namespace, '2'),
      aForeignDelete(namespace, '404'),
    ]);
    for (const key of ['1', '2', '1e-7,0.1']) expect({ key, ...(await proofsOf(key)) }).toEqual({ key, ...WHOLE });
    expect(await audit.unversionedEvents(namespace)).toEqual({ count: 1, altered: [], unhashed: 0 });
    const [{ links } = { links: 0 }] = await query<{ links: number }>(
      `SELECT count(previous_hash)::int AS links FROM memory_events WHERE namespace = $1 AND version > 1`,
    );
    expect(links).toBe(10);
  });

  it('link versions that writers race for, in one statement and in many', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? write(1, 1) : write(1))));
    const [row] = await audit.read(namespace, ['1']);
    expect(row).toMatchObject({ row: { version: 40 }, ledger: { events: 40, ...WHOLE } });
    const [{ links } = { links: 0 }] = await query<{ links: number }>(
      `SELECT count(previous_hash)::int AS links FROM memory_events WHERE namespace = $1`,
    );
    expect(links).toBe(39);
  });

  it('show a change of any column, in any version', async () => {
    const columns = await query<{ name: string; type: string }>(
      `SELECT column_name::text AS name, udt_name::text AS type FROM information_schema.columns
        WHERE table_name = 'memory_events' AND $1 <> '' AND column_name NOT IN ('seq', 'namespace', 'coordinate_key', 'version')`,
    );
    expect(columns.length).toBeGreaterThan(15);
    const another: Readonly<Record<string, string>> = {
      uuid: 'gen_random_uuid()',
      text: `coalesce(%, '') || 'x'`,
      float8: 'coalesce(%, 0) + 1e-6',
      jsonb: `coalesce(%, '{}') || '{"none": null}'`,
      bool: 'NOT %',
      _float8: '% || 1.5',
      bytea: `sha256(coalesce(%, ''))`,
      int8: 'coalesce(%, 0) + 1',
      int4: 'coalesce(%, 0) + 1',
      timestamptz: `coalesce(%, now()) + interval '1 millisecond'`,
    };
    const missed: string[] = [];
    for (const [x, { name, type }] of columns.entries()) {
      await write(x, x, x);
      const change = another[type]?.replaceAll('%', `"${name}"`) ?? `no other ${type}`;
      await erasing(
        `UPDATE memory_events SET "${name}" = ${change} WHERE namespace = $1 AND coordinate_key = '${x}' AND version = 2`,
      );
      const { altered } = await proofsOf(String(x));
      if (altered.join() !== '2') missed.push(name);
    }
    expect(missed).toEqual([]);
  });

  it('show a row that was put in the place of another, and one whose hash was taken', async () => {
    await write(1, 1, 1, 2, 2, 2);
    await erasing(
      `UPDATE memory_events SET payload = '{"text":"forged"}' WHERE namespace = $1 AND coordinate_key = '1' AND version = 2`,
      `UPDATE memory_events e SET entry_hash = soma_ledger_hash(e) WHERE namespace = $1 AND coordinate_key = '1' AND version = 2`,
      `UPDATE memory_events SET payload = '{"text":"forged"}', entry_hash = NULL, previous_hash = NULL
        WHERE namespace = $1 AND coordinate_key = '2' AND version = 2`,
    );
    expect(await proofsOf('1')).toEqual({ altered: [], unlinked: [3], unhashed: 0 });
    expect(await proofsOf('2')).toEqual({ altered: [], unlinked: [3], unhashed: 1 });
  });

  it('show a change in an event that made no version', async () => {
    const event = aForeignDelete(namespace, '404');
    await truth.adapters.ledger.record([event]);
    await erasing('UPDATE memory_events SET "timestamp" = 0 WHERE namespace = $1');
    expect(await audit.unversionedEvents(namespace)).toEqual({ count: 1, altered: [event.eventId], unhashed: 0 });
  });

  it('call no erasure a forgery: what was erased is missing, and nothing else', async () => {
    await write(1, 1, 1, 1, 2);
    await erasing(`DELETE FROM memory_events WHERE namespace = $1 AND coordinate_key = '1' AND version <= 2`);
    const [row] = await audit.read(namespace, ['1']);
    expect(row?.ledger).toMatchObject({ ...WHOLE, lowest: 3, missing: [1, 2] });
  });

  it('come out the same when a replay writes the rows again', async () => {
    const rows = () =>
      query<LedgerDbRow & { hash: string }>(
        `SELECT ${ledgerColumns('e')}, encode(e.entry_hash, 'hex') AS hash FROM memory_events e
          WHERE e.namespace = $1 ORDER BY e.coordinate_key, e.version`,
      );
    await write(1, 1, 2);
    await truth.adapters.writer.delete([aDeletion(namespace, '2')]);
    await write(1, 2);
    const before = await rows();
    await erasing(
      'DELETE FROM memory_events WHERE namespace = $1 AND version > 1',
      'DELETE FROM memories WHERE namespace = $1',
    );
    const entries: LedgerEntry[] = before.map(toLedgerEntry);
    await new PostgresTruthRestorer(truth.database).restore(
      entries.map((entry) => toRestoredEntry(entry, { text: ['text'], session: [], source: [], time: [] })),
    );
    expect((await rows()).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    for (const key of ['1', '2']) expect(await proofsOf(key)).toEqual(WHOLE);
  });

  it('are not guessed for rows of earlier versions, whose conversion is no forgery', async () => {
    await query(
      `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, coordinate_key, coordinate,
          memory_type, version)
        SELECT gen_random_uuid(), gen_random_uuid(), $1, 'deleted', 0, '{"memory_type": "episodic"}', '1', '{1}', 'episodic', 1`,
    );
    const runner = truth.dataSource.createQueryRunner();
    await convertLedger(runner);
    await runner.release();
    expect(await proofsOf('1')).toEqual({ ...WHOLE, unhashed: 1 });
  });
});

describe('the migration to hashes', () => {
  it('leaves rows that are there without one, and begins the chain after them', async () => {
    const runner = new MigrationRunner(truth.dataSource);
    const at = MIGRATIONS.findIndex(({ name }) => name.startsWith('LedgerHashes'));
    await runner.migrateDown(MIGRATIONS.length - at);
    await query(
      `INSERT INTO memories (namespace, coordinate_key, coordinate, version, created_version, type, payload, content_hash,
          created_at, updated_at)
        SELECT $1, '1', '{1}', 1, 1, 'semantic', '{}', sha256(''), now(), now()`,
    );
    const id = randomUUID();
    await query(
      `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, payload_form, coordinate_key,
          coordinate, memory_type, version)
        SELECT '${id}', '${id}', $1, 'created', 0, '{}', 'sent', '1', '{1}', 'semantic', 1`,
    );
    await runner.migrateUp();
    await write(1, 1);
    expect(await proofsOf('1')).toEqual({ ...WHOLE, unhashed: 1 });
    await erasing(`UPDATE memory_events SET payload = '{}' WHERE namespace = $1 AND version = 2`);
    expect(await proofsOf('1')).toEqual({ altered: [2], unlinked: [], unhashed: 1 });
  });
});
