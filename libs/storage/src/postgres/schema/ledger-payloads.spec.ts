import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  contentHash,
  coordinateOfKey,
  enrichedPayload,
  type JsonObject,
  type LedgerEntry,
  type MemoryType,
} from '@sfm/memory';
import { convertLedger, MIGRATIONS } from '@sfm/migrations';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresLedgerReader } from '../replay/postgres-ledger-reader.js';
import { MigrationRunner } from './migration-runner.js';

/** Those from the lossless ledger on. */
const LOSSLESS_MIGRATIONS = MIGRATIONS.length - MIGRATIONS.findIndex(({ name }) => name.startsWith('LosslessLedger'));
const AT = 1_700_000_000.123;

let truth: TruthDatabase;
let runner: MigrationRunner;

beforeAll(async () => {
  truth = await openTruthDatabase();
  runner = new MigrationRunner(truth.dataSource);
  await runner.migrateDown(LOSSLESS_MIGRATIONS);
});
afterAll(() => truth.close());

interface Version {
  readonly payload: JsonObject | null;
  readonly type?: MemoryType;
  readonly importance?: number;
}

/** What the version before wrote: enriched ledger rows, and the memory as its last version made it. */
async function wrote(key: string, ...versions: readonly Version[]): Promise<void> {
  const coordinate = coordinateOfKey(key);
  for (const [index, { payload, type = 'episodic', importance = null }] of versions.entries()) {
    const version = index + 1;
    const isNewest = version === versions.length;
    const shown = payload
      ? enrichedPayload({ payload, type, coordinate, importanceNorm: 0.25, timeMs: AT * 1000 })
      : { memory_type: type, coordinate };
    const hash = payload && contentHash(type, importance, payload);
    await truth.database.query({
      text: `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload, coordinate_key, coordinate,
          memory_type, version, importance, content_hash)
        VALUES ($1, $1, 'old', $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex'))`,
      values: [
        randomUUID(),
        payload ? (version === 1 ? 'created' : 'updated') : 'deleted',
        AT,
        JSON.stringify(shown),
        key,
        coordinate,
        type,
        version,
        importance,
        hash,
      ],
    });
    if (!isNewest) continue;
    await truth.database.query({
      text: `INSERT INTO memories (namespace, coordinate_key, coordinate, version, created_version, type, payload, searched_text,
          importance, importance_norm, content_hash, created_at, updated_at, expires_at, deleted_at)
        VALUES ('old', $1, $2, $3, 1, $4, $5, '', $6, $7, decode($8, 'hex'), to_timestamp($9), to_timestamp($9),
          CASE WHEN $5::jsonb IS NOT NULL THEN '2100-01-01'::timestamptz END,
          CASE WHEN $5::jsonb IS NULL THEN to_timestamp($9) END)`,
      values: [
        key,
        coordinate,
        version,
        type,
        payload && JSON.stringify(payload),
        payload ? importance : null,
        payload ? 0.25 : 0,
        hash,
        AT,
      ],
    });
  }
}

async function ledger(key: string) {
  return truth.database.query({
    text: `SELECT version, payload_form AS form, payload, importance_norm AS norm, expires_at IS NOT NULL AS expires,
        created_at IS NOT NULL AS timed, memory_id IS NOT NULL AS placed
      FROM memory_events WHERE coordinate_key = $1 ORDER BY version`,
    values: [key],
  });
}

async function readable(): Promise<{ entries: LedgerEntry[]; unreadable: string[] }> {
  const entries: LedgerEntry[] = [];
  const unreadable: string[] = [];
  for await (const batch of new PostgresLedgerReader(truth.database).scanNewest(2)) {
    entries.push(...batch.entries);
    unreadable.push(...batch.unreadable.map(({ key }) => key));
  }
  return { entries, unreadable };
}

describe('the ledger of an earlier version', () => {
  const plain = { text: 'plain', deep: { n: 0.1, '10': [null] } };
  const stamped = { text: 'x', timestamp: 12, memory_type: 'episodic', coordinate: [2], importance_norm: 0.25 };
  const written = { text: 'x', coordinate: 'at home' };

  beforeAll(async () => {
    await wrote('1', { payload: plain }, { payload: { ...plain, text: 'again' }, type: 'semantic', importance: 2.5 });
    await wrote('2', { payload: stamped });
    await wrote('3', { payload: written }, { payload: { ...written, text: 'y' } });
    await wrote('4', { payload: plain }, { payload: null });
    await wrote('5', { payload: { numbers: [1e-7, -0.5, 9007199254740991] } });
    await runner.migrateUp();
  });

  it('says what was sent, proven by its hash, and what the memory still says of its newest version', async () => {
    const older = { form: 'sent', norm: 0.25, expires: false, timed: false, placed: true };
    const newest = { ...older, expires: true, timed: true };
    expect(await ledger('1')).toEqual([
      { ...older, version: 1, payload: plain },
      { ...newest, version: 2, payload: { ...plain, text: 'again' } },
    ]);
    expect(await ledger('2')).toEqual([{ ...newest, version: 1, payload: stamped }]);
    expect(await ledger('4')).toMatchObject([
      { form: 'sent', payload: plain },
      { form: 'sent', payload: {}, norm: null, timed: true },
    ]);
    expect(await ledger('5')).toMatchObject([{ payload: { numbers: [1e-7, -0.5, 9007199254740991] } }]);
  });

  it('marks a row that cannot be told apart, and leaves it as it is', async () => {
    expect(await ledger('3')).toMatchObject([
      { form: 'unknown', payload: { text: 'x', coordinate: [3], memory_type: 'episodic' } },
      { form: 'sent', payload: { ...written, text: 'y' } },
    ]);
  });

  it('goes back to what the earlier version reads, and forward again', async () => {
    const before = (await Promise.all(['1', '2', '3', '4', '5'].map(ledger))).flat();
    await runner.migrateDown(LOSSLESS_MIGRATIONS);
    const [row] = await truth.database.query({
      text: `SELECT payload FROM memory_events WHERE coordinate_key = '1' AND version = 1`,
    });
    const shown = { type: 'episodic', coordinate: [1], importanceNorm: 0.25, timeMs: AT * 1000 } as const;
    expect(row).toEqual({ payload: enrichedPayload({ payload: plain, ...shown }) });
    await runner.migrateUp();
    expect((await Promise.all(['1', '2', '3', '4', '5'].map(ledger))).flat()).toEqual(before);
  });

  it('is completed at the next start where an earlier version went on writing beside this one', async () => {
    await runner.migrateDown(LOSSLESS_MIGRATIONS);
    await runner.migrateUp();
    await wrote('6', { payload: { text: 'late' }, importance: 3 });
    const find = async () => (await readable()).entries.find(({ key }) => key === '6');
    expect((await readable()).unreadable).toEqual(['6']);
    await convertLedger(truth.dataSource.createQueryRunner());
    expect((await readable()).unreadable).toEqual([]);
    expect(await find()).toMatchObject({
      payload: { text: 'late' },
      importance: 3,
      importanceNorm: 0.25,
      version: 1,
      createdVersion: 1,
      createdAtMs: AT * 1000,
      expiresAtMs: Date.UTC(2100, 0, 1),
    });
  });

  it('says that nothing can be made of a row whose expiry nobody noted', async () => {
    await wrote('7', { payload: { text: 'lost' } });
    await truth.database.query({ text: `DELETE FROM memories WHERE coordinate_key = '7'` });
    await convertLedger(truth.dataSource.createQueryRunner());
    expect((await readable()).unreadable).toEqual(['7']);
  });
});
