import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contentHash, type AuditedCoordinate, type Namespace } from '@sfm/memory';
import { aDeletion, aLink, aWrite, drainAll, freshNamespace, WRITTEN_PAYLOAD } from '@sfm/memory/testing';
import fc from 'fast-check';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresDerivedTables } from './postgres-derived-tables.js';
import { PostgresEventLedger } from '../ledger/postgres-event-ledger.js';
import { PostgresImportTarget } from '../portability/postgres-import-target.js';
import { PostgresTruthRestorer } from '../replay/postgres-truth-restorer.js';
import { PostgresTruthAudit } from './postgres-truth-audit.js';

let truth: TruthDatabase;
let audit: PostgresTruthAudit;
let tables: PostgresDerivedTables;
let namespace: Namespace;

beforeAll(async () => {
  truth = await openTruthDatabase();
  audit = new PostgresTruthAudit(truth.database);
  tables = new PostgresDerivedTables(truth.database);
});
afterAll(() => truth.close());
beforeEach(() => {
  namespace = freshNamespace();
});

const sql = (text: string, ...values: unknown[]) => truth.database.query({ text, values: [namespace, ...values] });
const erasing = (text: string) =>
  truth.database.transaction(async (run) => {
    await run({ text: "SET LOCAL soma.erasure = 'on'" });
    await run({ text, values: [namespace] });
  });
const store = (...coordinates: number[]) =>
  truth.adapters.writer.write(coordinates.map((x) => aWrite(namespace, { coordinate: [x] })));
const scanned = async (batchSize = 3) => {
  const all: AuditedCoordinate[] = [];
  for await (const batch of audit.scan(namespace, batchSize)) {
    expect(batch.length).toBeLessThanOrEqual(batchSize);
    all.push(...batch);
  }
  return all;
};

describe('the truth beside its ledger', () => {
  it('takes the version with which a memory was imported for its beginning, and lost rows for lost', async () => {
    const [imported, lost] = [aWrite(namespace, { coordinate: [1] }), { namespace, key: '2' }];
    const times = { createdAt: new Date(0), updatedAt: new Date(1) };
    const memory = { ...imported, ...times, version: 7, versions: [] };
    await new PostgresImportTarget(truth.database).memories(namespace, [memory], 'fail');
    await store(1, 2, 2);
    await erasing(`DELETE FROM memory_events WHERE namespace = $1 AND coordinate_key = '2' AND version = 1`);
    expect((await scanned()).map(({ ledger }) => ledger)).toMatchObject([
      { events: 2, lowest: 7, isBeginning: true, missing: [], newest: { version: 8, createdVersion: 7 } },
      { events: 1, lowest: 2, isBeginning: false, missing: [1] },
    ]);
    const restorer = new PostgresTruthRestorer(truth.database);
    expect(await restorer.lackingVersions([{ namespace, key: '1' }, lost])).toEqual([lost]);
  });

  it('gives every coordinate once, by key, with row and ledger', async () => {
    await store(1, 2, 3, 4, 5, 6, 7);
    await store(2, 2);
    await truth.adapters.writer.delete([aDeletion(namespace, '3')]);
    const all = await scanned();
    expect(all.map(({ key }) => key)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(all[1]).toMatchObject({
      row: { version: 3, indexedVersion: 0, isDeleted: false, coordinate: [2], type: 'semantic' },
      ledger: {
        events: 3,
        lowest: 1,
        missing: [],
        newest: { version: 3, type: 'updated', payload: { text: 'hello' } },
      },
    });
    expect(all[2]).toMatchObject({
      row: { version: 2, isDeleted: true, payload: null, contentHash: null },
      ledger: { events: 2, newest: { type: 'deleted' } },
    });
    expect(all[0]?.ledger?.newest.contentHash).toBe(all[0]?.row?.contentHash);
    expect(await audit.totals(namespace)).toEqual({ rows: 7, events: 10, links: 0 });
    expect(await audit.read(namespace, ['3', '404', '2', '2'])).toMatchObject([{ key: '2' }, { key: '3' }]);
  });

  it('reads back any payload with the hash and the event that it was stored with', async () => {
    const payloads = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('timestamp', 'memory_type', 'coordinate', 'importance_norm')),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const storable = payloads.filter((payload) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(payload)));
    const commands = fc.sample(storable, 150).map((payload, index) =>
      aWrite(namespace, {
        coordinate: [index],
        type: index % 2 === 0 ? 'episodic' : 'semantic',
        importance: index % 3 === 0 ? index / 7 : null,
        payload: JSON.parse(JSON.stringify(payload)),
      }),
    );
    await truth.adapters.writer.write(commands);
    const all = await scanned(40);
    expect(all).toHaveLength(150);
    for (const { row, ledger } of all) {
      expect(ledger?.newest.payload).toEqual(row?.payload);
      expect(ledger?.newest).toMatchObject({
        memoryId: row?.id,
        createdVersion: row?.createdVersion,
        createdAtMs: row?.createdAtMs,
        updatedAtMs: row?.updatedAtMs,
        expiresAtMs: row?.expiresAtMs,
        importanceNorm: row?.importanceNorm,
        importance: row?.importance,
        memoryType: row?.type,
      });
      expect(row && row.payload && contentHash(row.type, row.importance, row.payload)).toBe(row?.contentHash);
    }
  });

  it('reads numbers back as they were written, and sees when what filters read is another payload', async () => {
    const payload = WRITTEN_PAYLOAD;
    await truth.adapters.writer.write([aWrite(namespace, { payload })]);
    const hashes = async () => {
      const [only] = await scanned();
      return [only?.row?.payload, only?.ledger?.newest.payload].map((found) =>
        contentHash('semantic', null, found ?? {}),
      );
    };
    const hash = contentHash('semantic', null, payload);
    expect(await hashes()).toEqual([hash, hash]);
    await sql(`UPDATE memories SET payload = payload || '{"ratio": 2}' WHERE namespace = $1`);
    await erasing(`UPDATE memory_events SET payload = payload || '{"id": 1764500000123456788}' WHERE namespace = $1`);
    for (const changed of await hashes()) expect(changed).not.toBe(hash);
  });

  it('does not take numbers of an earlier version for those of a release that does not keep them', async () => {
    await truth.adapters.writer.write([aWrite(namespace, { payload: WRITTEN_PAYLOAD })]);
    await sql(`UPDATE memories SET payload = '{"text": "newer"}', version = version + 1 WHERE namespace = $1`);
    const found = await truth.adapters.reader.findByKeys(namespace, ['1,2'], new Date());
    expect(found).toMatchObject([{ payload: { text: 'newer' } }]);
    expect(await scanned()).toMatchObject([{ row: { payload: { text: 'newer' } } }]);
  });

  it('sees payloads that were changed aside, on either side', async () => {
    await store(1, 2, 3);
    await sql(`UPDATE memories SET payload = '{"text":"forged"}' WHERE namespace = $1 AND coordinate_key = '1'`);
    await erasing(
      `UPDATE memory_events SET payload = payload || '{"text":"forged"}' WHERE namespace = $1 AND coordinate_key = '2'`,
    );
    const [one, two, three] = await scanned();
    expect(one).toMatchObject({
      row: { payload: { text: 'forged' } },
      ledger: { newest: { payload: { text: 'hello' } } },
    });
    expect(two).toMatchObject({
      row: { payload: { text: 'hello' } },
      ledger: { newest: { payload: { text: 'forged' } } },
    });
    expect(three).toMatchObject({ ledger: { newest: { payload: { text: 'hello' } } } });
  });

  it('sees what only one side has, and which versions have no event', async () => {
    await store(1, 2, 3);
    await store(3, 3, 3);
    await erasing(`DELETE FROM memory_events WHERE namespace = $1 AND coordinate_key = '1'`);
    await erasing(`DELETE FROM memory_events WHERE namespace = $1 AND coordinate_key = '3' AND version IN (1, 3)`);
    await sql(`DELETE FROM memories WHERE namespace = $1 AND coordinate_key = '2'`);
    expect(await scanned(1)).toMatchObject([
      { key: '1', row: { version: 1 }, ledger: null },
      { key: '2', row: null, ledger: { events: 1 } },
      { key: '3', row: { version: 4 }, ledger: { events: 2, lowest: 2, missing: [1, 3], newest: { version: 4 } } },
    ]);
  });

  it('counts events that made no version, and names dead-lettered ones', async () => {
    await sql(
      `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload)
        SELECT gen_random_uuid(), gen_random_uuid(), $1, 'created', 0, '{}' FROM generate_series(1, 12)`,
    );
    const nothingThere = randomUUID();
    await new PostgresEventLedger(truth.database).record([
      {
        kind: 'delete',
        id: nothingThere,
        eventId: nothingThere,
        occurredAt: new Date(),
        namespace,
        key: '404',
        coordinate: [404],
      },
    ]);
    expect(await audit.unversionedEvents(namespace)).toEqual({ count: 13, unhashed: 12, altered: [] });
    expect(await audit.deadLetters(namespace)).toEqual({ events: [], count: 0 });
    await drainAll(truth.adapters.outbox);
    await store(5);
    await truth.adapters.outbox.drain(10, async (records) => ({
      published: [],
      poisoned: records.map(({ event }) => ({ eventId: event.event_id, reason: 'too large' })),
    }));
    expect(await audit.deadLetters(namespace)).toMatchObject({
      count: 1,
      events: [{ key: '5', reason: 'too large' }],
    });
  });

  it('lists namespaces of every table, registered or not', async () => {
    const [ledgerOnly, linksOnly] = [freshNamespace(), freshNamespace()];
    await store(1);
    await sql('DELETE FROM namespaces WHERE name = $1');
    await sql(
      `INSERT INTO memory_events (id, event_id, namespace, type, "timestamp", payload)
        SELECT gen_random_uuid(), gen_random_uuid(), $2, 'created', 0, '{}' WHERE $1 <> ''`,
      ledgerOnly,
    );
    await sql(
      `INSERT INTO memory_links (namespace, from_key, to_key, link_type) SELECT $2, '1', '2', 't' WHERE $1 <> ''`,
      linksOnly,
    );
    const known = new Map((await audit.namespaces()).map(({ name, isRegistered }) => [name, isRegistered]));
    for (const name of [namespace, ledgerOnly, linksOnly]) expect(known.get(name)).toBe(false);
    await tables.register(namespace);
    await tables.register(namespace);
    expect((await audit.namespaces()).find(({ name }) => name === namespace)).toMatchObject({ isRegistered: true });
  });
});

describe('texts that do not follow from their payload', () => {
  it('are written again for the version they are made of, and have to be indexed', async () => {
    await store(1, 2, 2, 3);
    await truth.adapters.writer.delete([aDeletion(namespace, '3')]);
    const at = (key: string, version: number) => ({ key, version, searchedText: 'another', session: 's' });
    await truth.adapters.projection.markIndexed([
      { namespace, key: '1', version: 1, embedding: { space: 'space', vector: Float32Array.of(1) } },
    ]);
    await tables.rewriteTexts(namespace, [at('1', 1), at('2', 1), at('3', 1), at('404', 1)]);
    expect(await audit.read(namespace, ['1', '2', '3'])).toMatchObject([
      { row: { searchedText: 'another', session: 's', indexedVersion: 0, embedding: null, version: 1 } },
      { row: { searchedText: 'hello', session: null } },
      { row: { searchedText: '', session: null, isDeleted: true } },
    ]);
  });
});

describe('links that lead nowhere', () => {
  /** A life of 0 is none: that end was a bare coordinate when the link was made. */
  const link = (from: string, to: string, { type = 't', lives = [1, 1] } = {}) =>
    sql(
      `INSERT INTO memory_links (namespace, from_key, to_key, link_type, from_life, to_life)
        VALUES ($1, $2, $3, $4, nullif($5::int, 0), nullif($6::int, 0))`,
      ...[from, to, type, ...lives],
    );

  it('are those with an end that was deleted or never was, and only they are removed', async () => {
    await store(1, 2, 3);
    await truth.adapters.writer.delete([aDeletion(namespace, '3')]);
    await link('1', '2');
    await link('1', '3', { lives: [1, 3] });
    await link('9', '1', { type: 'about' });
    await link('404', '1', { type: 'bare', lives: [0, 1] });
    const dangling = await tables.danglingLinks(namespace);
    expect(dangling).toEqual([
      { from: '1', to: '3', type: 't' },
      { from: '9', to: '1', type: 'about' },
    ]);
    await store(3);
    expect(await tables.removeDanglingLinks(namespace, [...dangling, { from: '1', to: '2', type: 't' }])).toBe(1);
    expect(await tables.danglingLinks(namespace)).toEqual([]);
    expect((await audit.totals(namespace)).links).toBe(3);
  });
});

describe('links that ledger and table do not agree about', () => {
  const disputed = async () => {
    const found: string[] = [];
    for await (const links of audit.scanLinks(namespace, 2)) {
      found.push(...links.map(({ from, to, type, dispute }) => `${dispute} ${from}-${type}-${to}`));
    }
    return found;
  };
  const link = (from: number, to: number, more = {}) =>
    truth.adapters.links.writer.link(aLink({ namespace, from, to }, more), 'none');
  const unlink = (from: string, to: string) =>
    truth.adapters.links.writer.unlink({ namespace, fromKey: from, toKey: to, type: 'related' });

  it('are none, whatever became of links by their own doing or that of their memories', async () => {
    await store(1, 2, 3, 4, 5, 6);
    await link(1, 2, { metadata: { why: 'x' } });
    await link(1, 2, { weight: 0.1 + 0.2 });
    await link(2, 3);
    await unlink('2', '3');
    await link(3, 4);
    await truth.adapters.writer.delete([aDeletion(namespace, '4')]);
    await store(4);
    await link(5, 404);
    await link(0.1, 1e-7);
    await link(6, 6);
    const at = { coordinate: [7], expiresAt: new Date(Date.now() - 1000) };
    await truth.adapters.writer.write([aWrite(namespace, at)]);
    await store(7);
    const times = { createdAt: new Date(0), updatedAt: new Date(1) };
    const end = (x: number) => ({ key: String(x), coordinate: [x] });
    const imported = {
      from: end(2),
      to: end(3),
      type: 'related',
      weight: 2,
      metadata: {},
      metadataJson: '{}',
      version: 4,
    };
    await new PostgresImportTarget(truth.database).links(namespace, [{ ...imported, ...times }], 'fail');
    expect(await disputed()).toEqual([]);
  });

  it('are named when a row was taken, put or changed aside', async () => {
    await store(1, 2, 3, 4, 5, 1e-7);
    for (const from of [1, 2, 3]) await link(from, from + 1);
    await link(4, 1e-7);
    await sql(`DELETE FROM memory_links WHERE namespace = $1 AND from_key = '4'`);
    await sql(`DELETE FROM memory_links WHERE namespace = $1 AND from_key = '1'`);
    await sql(`UPDATE memory_links SET weight = 9 WHERE namespace = $1 AND from_key = '2'`);
    await sql(
      `INSERT INTO memory_links (namespace, from_key, to_key, link_type, from_life, to_life)
        VALUES ($1, '4', '5', 'aside', 1, 1), ($1, '5', '404', 'dangling', 1, 1)`,
    );
    const last = ['unrecorded 4-aside-5', 'missing 4-related-1e-7'];
    expect(await disputed()).toEqual(['missing 1-related-2', 'differing 2-related-3', ...last]);
    await truth.adapters.writer.delete([aDeletion(namespace, '2'), aDeletion(namespace, '1e-7')]);
    expect(await disputed()).toEqual(last.slice(0, 1));
  });
});
