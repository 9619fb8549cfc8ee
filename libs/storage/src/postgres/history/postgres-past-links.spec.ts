import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Namespace } from '@sfm/memory';
import { aDeletion, aLink, aWrite, freshNamespace } from '@sfm/memory/testing';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { PostgresImportTarget } from '../portability/postgres-import-target.js';
import { PostgresPastLinks } from './postgres-past-links.js';

let truth: TruthDatabase;
let past: PostgresPastLinks;
let namespace: Namespace;

beforeAll(async () => {
  truth = await openTruthDatabase();
  past = new PostgresPastLinks(truth.database);
});
afterAll(() => truth.close());
beforeEach(async () => {
  namespace = freshNamespace();
  await truth.adapters.writer.write([1, 2, 3, 1e-7].map((x) => aWrite(namespace, { coordinate: [x] })));
});

const KEYS = ['1', '2', '3', '1e-7'];
const link = (from: number, to: number, weight = 1) =>
  truth.adapters.links.writer.link(aLink({ namespace, from, to }, { weight }), 'none');
/** The time of PostgreSQL, between whatever was before and what comes after. */
const moment = async () => {
  const [row] = await truth.database.query<{ ms: number }>({
    text: `SELECT ceil(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms, pg_sleep(0.002)`,
  });
  return new Date(row?.ms ?? 0);
};
const among = async (at: Date, keys = KEYS) =>
  (await past.among(namespace, keys, { at, most: 100 }))
    ?.map(({ from, to, weight }) => `${from}-${to} ${weight}`)
    .sort();

it('are those that stood at the moment, between the coordinates that are asked about', async () => {
  const before = await moment();
  await link(1, 2);
  await link(2, 1e-7);
  await link(3, 77);
  const linked = await moment();
  await link(1, 2, 5);
  const changed = await moment();
  await truth.adapters.links.writer.unlink({ namespace, fromKey: '1', toKey: '2', type: 'related' });
  const removed = await moment();
  expect(await among(before)).toEqual([]);
  expect(await among(linked)).toEqual(['1-2 1', '2-1e-7 1']);
  expect(await among(changed)).toEqual(['1-2 5', '2-1e-7 1']);
  expect(await among(removed)).toEqual(['2-1e-7 1']);
  expect(await among(changed, ['1', '2'])).toEqual(['1-2 5']);
  await truth.adapters.writer.delete([aDeletion(namespace, '1e-7')]);
  expect(await among(changed)).toEqual(['1-2 5']);
});

it('count from the time that they had before they were imported', async () => {
  const end = (x: number) => ({ key: String(x), coordinate: [x] });
  const times = { createdAt: new Date(1000), updatedAt: new Date(2000) };
  const imported = {
    from: end(1),
    to: end(2),
    type: 'related',
    weight: 2,
    metadata: {},
    metadataJson: '{}',
    version: 4,
  };
  await new PostgresImportTarget(truth.database).links(namespace, [{ ...imported, ...times }], 'fail');
  expect(await among(new Date(1999))).toEqual([]);
  expect(await among(new Date(2000))).toEqual(['1-2 2']);
});

it('are not read where there were too many changes', async () => {
  for (const weight of [1, 2, 3]) await link(1, 2, weight);
  const at = await moment();
  expect(await past.among(namespace, KEYS, { at, most: 2 })).toBeUndefined();
  expect(await past.among(namespace, KEYS, { at, most: 3 })).toHaveLength(1);
  expect(await past.among(namespace, [], { at, most: 3 })).toEqual([]);
});
