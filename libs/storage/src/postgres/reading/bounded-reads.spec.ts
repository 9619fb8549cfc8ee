import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { trustedNamespace } from '@sfm/memory';
import { freshNamespace } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresDatabase, type Statement } from '../connection/postgres-database.js';
import { PostgresOutbox } from '../outbox/postgres-outbox.js';
import { PostgresPendingMemories } from '../projection/postgres-pending-memories.js';
import { PostgresProjectionSource } from '../projection/postgres-projection-source.js';
import { MemoryCounter } from './memory-counter.js';
import { PostgresCoordinateSearch } from './postgres-coordinate-search.js';
import { PostgresImportanceStates } from '../importance/postgres-importance-states.js';
import { PostgresKeywordSearch } from './postgres-keyword-search.js';
import { PostgresMemoryCatalog } from './postgres-memory-catalog.js';

/** More than any read may look at. */
const STORED = 200_000;
const NAMESPACE = trustedNamespace('crowded');

let truth: TruthDatabase;
let spy: PlanSpy;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** Runs statements under EXPLAIN ANALYZE too, and notes how many rows they took from tables. */
class PlanSpy extends PostgresDatabase {
  rowsRead = 0;
  mostOfOne = 0;

  override async query<Row extends object>(statement: Statement): Promise<Row[]> {
    const { text, values } = statement;
    if (text.startsWith('EXPLAIN')) return super.query<Row>(statement);
    const [row] = await super.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>({
      text: `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values,
    });
    const read = row ? scanned(row['QUERY PLAN'][0]?.Plan) : 0;
    this.rowsRead += read;
    this.mostOfOne = Math.max(this.mostOfOne, read);
    return super.query<Row>(statement);
  }

  reset(): void {
    this.rowsRead = 0;
    this.mostOfOne = 0;
  }
}

/** Rows that the scans of a plan looked at. */
function scanned(plan: Plan | undefined): number {
  if (!plan) return 0;
  const { 'Actual Rows': rows = 0, 'Actual Loops': loops = 1, 'Rows Removed by Filter': removed = 0 } = plan;
  const own = plan['Relation Name'] !== undefined && plan['Node Type'] !== 'ModifyTable' ? (rows + removed) * loops : 0;
  return own + (plan.Plans ?? []).map(scanned).reduce((sum, more) => sum + more, 0);
}

beforeAll(async () => {
  truth = await openTruthDatabase();
  const sql = (text: string, ...values: unknown[]) => truth.database.query({ text, values });
  await sql(
    `INSERT INTO memories (namespace, coordinate_key, coordinate, version, created_version, type, payload, content_hash,
        created_at, updated_at)
      SELECT $1, n::text, ARRAY[n], 1, 1, CASE WHEN n % 2 = 0 THEN 'episodic' ELSE 'semantic' END,
        jsonb_build_object('text', CASE WHEN n = 1 THEN 'a needle' ELSE 'hay number ' || n END), '\\x00',
        timestamptz '2026-01-01' + n * interval '1 ms', timestamptz '2026-01-01' + n * interval '1 ms'
      FROM generate_series(1, $2::int) AS n`,
    NAMESPACE,
    STORED,
  );
  await sql(
    `INSERT INTO outbox (event_id, namespace, coordinate_key, version)
      SELECT gen_random_uuid(), $1, n::text, 1 FROM generate_series(1, $2::int) AS n`,
    NAMESPACE,
    STORED,
  );
  await sql('ANALYZE memories');
  await sql('ANALYZE outbox');
  spy = new PlanSpy(truth.dataSource);
});
afterAll(() => truth.close());

describe(`of ${STORED} memories in a namespace`, () => {
  const now = new Date();

  it.each([
    ['a filter that matches nothing', { payload: [{ path: ['text'], equals: 'absent' }] }],
    ['a filter that matches the newest only', { payload: [{ path: ['text'], equals: `hay number ${STORED}` }] }],
    ['a time that nothing was created in', { createdFrom: Date.UTC(2027, 0, 1) }],
  ])('a page with %s looks at a bounded number', async (_, filter) => {
    spy.reset();
    const { next } = await new PostgresMemoryCatalog(spy).list(NAMESPACE, { filter, limit: 10 }, now);
    expect(spy.rowsRead).toBeLessThan(STORED / 4);
    expect(next === undefined).toBe('createdFrom' in filter);
  });

  it('the pages of a list with a rare filter find what matches', async () => {
    const catalog = new PostgresMemoryCatalog(truth.database);
    const filter = { payload: [{ path: ['text'], equals: `hay number ${STORED}` }] };
    const found: string[] = [];
    for (let query = { filter, limit: 10 }; ;) {
      const { memories, next } = await catalog.list(NAMESPACE, query, now);
      found.push(...memories.map(({ key }) => key));
      if (!next) break;
      query = { ...query, ...{ after: next } };
    }
    expect(found).toEqual([String(STORED)]);
  });

  it('a search for a rare word looks at a bounded number, and can be continued to it', async () => {
    const keywords = new PostgresKeywordSearch(spy);
    const query = { term: 'needle', exact: false, caseSensitive: false, limit: 5 };
    spy.reset();
    const first = await keywords.search(NAMESPACE, query, now);
    expect(spy.rowsRead).toBeLessThan(STORED / 4);
    expect(first.memories).toEqual([]);
    const found: string[] = [];
    for (let { next } = first; next;) {
      const page = await new PostgresKeywordSearch(truth.database).search(NAMESPACE, { ...query, before: next }, now);
      found.push(...page.memories.map(({ key }) => key));
      ({ next } = page);
    }
    expect(found).toEqual(['1']);
  });

  it('a box with nothing in it looks at a bounded number, and can be continued', async () => {
    const box = { min: [STORED], max: [STORED + 1], limit: 10 };
    spy.reset();
    const first = await new PostgresCoordinateSearch(spy).range(NAMESPACE, box, now);
    expect(spy.rowsRead).toBeLessThan(STORED / 1.5);
    expect(first.coordinates).toEqual([]);
    const found: (readonly number[])[] = [];
    for (let { next } = first; next;) {
      const page = await new PostgresCoordinateSearch(truth.database).range(NAMESPACE, { ...box, after: next }, now);
      found.push(...page.coordinates);
      ({ next } = page);
    }
    expect(found).toEqual([[STORED]]);
  });

  it('a search for the nearest looks only around the place, and says when it ends at its bound', async () => {
    const search = new PostgresCoordinateSearch(spy);
    const place = STORED / 2;
    spy.reset();
    expect(await search.nearest(NAMESPACE, { to: [place + 0.2], limit: 3 }, now)).toEqual({
      places: [place, place + 1, place - 1].map((x) => ({ key: `${x}`, distance: Math.abs(place + 0.2 - x) })),
      isComplete: true,
    });
    expect(spy.rowsRead).toBeLessThan(1000);
    spy.reset();
    const filter = { payload: [{ path: ['text'], equals: 'absent' }] };
    const none = { places: [], isComplete: false };
    expect(await search.nearest(NAMESPACE, { to: [place], limit: 3, filter }, now)).toEqual(none);
    expect(spy.rowsRead).toBeLessThan(STORED / 1.5);
    const within = { to: [place], limit: 3, filter, maxDistance: 1000 };
    expect(await search.nearest(NAMESPACE, within, now)).toEqual({ places: [], isComplete: true });
  });

  it('how far the indexes are behind is counted to a bound', async () => {
    spy.reset();
    const { events, seconds } = await new PostgresPendingMemories(spy).lag(NAMESPACE);
    expect([events, seconds > 0]).toEqual([100_000, true]);
    expect(spy.rowsRead).toBeLessThan(STORED / 1.5);
  });

  it('a look for the importances of memories that were never counted looks at a bounded number', async () => {
    spy.reset();
    const { state } = await new PostgresImportanceStates(spy).read(NAMESPACE);
    expect(state.recent).toHaveLength(512);
    expect(spy.rowsRead).toBeLessThan(STORED / 20);
  });

  it('what is not indexed is read no further than asked, and its age without reading it', async () => {
    spy.reset();
    expect(await new PostgresPendingMemories(spy).versions(NAMESPACE, 10)).toHaveLength(10);
    expect(await new PostgresProjectionSource(spy).oldestUnindexedAgeSeconds()).toBeGreaterThan(0);
    expect(spy.rowsRead).toBeLessThan(100);
  });

  it('the depth of the outbox looks at a bounded number, and is near the truth', async () => {
    spy.reset();
    const { waiting } = await new PostgresOutbox(spy).depth();
    expect(spy.rowsRead).toBeLessThan(STORED / 1.5);
    expect(waiting).toBe(STORED);
  });

  it('counts are made in slices, once for all who ask', async () => {
    spy.reset();
    const counter = new MemoryCounter(spy, { sliceSize: 20_000, patienceMs: 60_000 });
    const half = STORED / 2;
    const counts = await Promise.all([NAMESPACE, NAMESPACE, NAMESPACE].map((name) => counter.counts(name, now)));
    for (const count of counts) expect(count).toEqual({ total: STORED, episodic: half, semantic: half });
    expect(spy.mostOfOne).toBeLessThan(STORED / 2);
    const once = spy.rowsRead;
    expect(await counter.counts(NAMESPACE, now)).toEqual({ total: STORED, episodic: half, semantic: half });
    expect(spy.rowsRead).toBe(once);
    expect(await counter.counts(freshNamespace(), now)).toEqual({ total: 0, episodic: 0, semantic: 0 });
    expect((await counter.counts(undefined, now)).total).toBe(STORED);
  });

  it('counts wait no longer than a caller does: an estimate until the first is complete', async () => {
    class Slow extends PostgresDatabase {
      slices = 0;

      override async query<Row extends object>(statement: Statement): Promise<Row[]> {
        // The second slice never ends while anybody looks.
        if (statement.text.includes('edge') && (this.slices += 1) > 2) await new Promise(() => undefined);
        return super.query<Row>(statement);
      }
    }
    const { total } = await new MemoryCounter(new Slow(truth.dataSource), { sliceSize: 1000, patienceMs: 100 }).counts(
      NAMESPACE,
      now,
    );
    expect(Math.abs(total - STORED)).toBeLessThan(STORED / 10);
  });
});
