import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Namespace } from '@sfm/memory';
import { aWrite, freshNamespace, nextMillisecond } from '@sfm/memory/testing';
import { PostgresLedgerAccess } from '../../../test/postgres-ledger-access.js';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(() => truth.close());

const knownAt = async (namespace: Namespace, at: Date) => {
  const { memories } = await truth.adapters.past.list(namespace, { limit: 9 }, { at, now: new Date() });
  return memories.map(({ key }) => key);
};

/** A write whose transaction is open, a moment after it, and the end of the transaction. */
async function openWrite(namespace: Namespace, key: number) {
  const write = await new PostgresLedgerAccess(truth.database).begin();
  await write.write([aWrite(namespace, { coordinate: [key] })]);
  await nextMillisecond();
  const at = new Date();
  await nextMillisecond();
  return { at, commit: () => write.commit() };
}

it('waits for the writes of its moment, so that what it answers stays', async () => {
  const namespace = freshNamespace();
  await truth.adapters.writer.write([aWrite(namespace, { coordinate: [1] })]);
  const { at, commit } = await openWrite(namespace, 2);
  const asked = knownAt(namespace, at);
  await commit();
  expect(await asked).toEqual(['1', '2']);
  expect(await knownAt(namespace, at)).toEqual(['1', '2']);
});

it('waits a second at most, and only once for one moment', async () => {
  const namespace = freshNamespace();
  await truth.adapters.writer.write([aWrite(namespace, { coordinate: [1] })]);
  const { at, commit } = await openWrite(namespace, 2);
  expect(await knownAt(namespace, at)).toEqual(['1']);
  const queries = jest.spyOn(truth.database, 'query');
  for (let page = 0; page < 5; page += 1) expect(await knownAt(namespace, at)).toEqual(['1']);
  const looks = queries.mock.calls.filter(([{ name }]) => name === 'sfm_settled_until');
  queries.mockRestore();
  expect(looks).toHaveLength(5);
  await commit();
  expect(await knownAt(namespace, at)).toEqual(['1', '2']);
});
