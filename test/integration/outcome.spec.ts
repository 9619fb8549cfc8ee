import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import { MemoryNotFoundError, OutcomeService, toNamespace, type Coordinate } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describePostgres = await describeWith(['postgres']);

let database: TestDatabase;
let system: MemorySystem;
let client: Client;

const FORECAST = { text: 'the kettle boils at six', predicted_outcome: 'boiled', session: 'kitchen' };

/** A namespace with one memory that predicts something. */
const predicted = async (payload: Record<string, string | null> = FORECAST) => {
  const namespace = toNamespace(`outcome_${randomUUID()}`);
  await system.store.store(namespace, { coordinate: [1, 2], payload, type: 'episodic', importance: 4 });
  const report = (outcome: string, expectedVersion?: number) =>
    system.outcomes.report(namespace, [1, 2], {
      outcome,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    });
  const at = (coordinate: Coordinate) => system.read.get(namespace, coordinate);
  const links = async () =>
    (await client.query('SELECT from_key, to_key, link_type FROM memory_links WHERE namespace = $1', [namespace])).rows;
  const unlink = () => client.query('DELETE FROM memory_links WHERE namespace = $1', [namespace]);
  const count = async () => (await system.read.counts(namespace)).total;
  return { namespace, report, at, links, unlink, count };
};

describePostgres('an outcome that is reported', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    system = await openMemorySystem({ truth: { kind: 'server', url: database.url } });
    client = new Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await system.close();
    await database.drop();
  });

  it.each([
    ['as predicted', FORECAST, 'boiled'],
    ['where nothing was predicted', { text: 'a kettle' }, 'boiled'],
    ['where null was predicted', { text: 'a kettle', predicted_outcome: null }, 'boiled'],
  ])('%s is part of the next version, without an error', async (_, payload, outcome) => {
    const { report, at, count, links } = await predicted(payload);
    expect(await report(outcome)).toEqual({ version: 2, isError: false, corrective: null });
    expect(await at([1, 2])).toMatchObject({
      ...{ version: 2, type: 'episodic', importance: 4 },
      payload: { ...payload, reported_outcome: outcome, error: false },
    });
    expect(await count()).toBe(1);
    expect(await links()).toEqual([]);
  });

  it('otherwise leaves a semantic memory that says what is right, at another coordinate, linked to the first', async () => {
    const { report, at, links, namespace } = await predicted();
    const { version, isError, corrective } = await report('dry');
    expect({ version, isError }).toEqual({ version: 2, isError: true });
    expect((await at([1, 2])).payload).toEqual({ ...FORECAST, reported_outcome: 'dry', error: true });
    if (corrective === null) throw new Error('nothing was corrected');
    expect(corrective).not.toEqual([1, 2]);
    expect(await at(corrective)).toMatchObject({
      ...{ version: 1, type: 'semantic' },
      payload: { corrective_for: [1, 2], original_payload: FORECAST, correction: 'dry', timestamp: expect.any(Number) },
    });
    expect(await links()).toEqual([{ from_key: corrective.join(','), to_key: '1,2', link_type: 'corrects' }]);
    const { versions } = await system.history.history(namespace, [1, 2], { limit: 5 });
    expect(versions).toHaveLength(2);
    const verified = () => system.verifier.verify({ namespaces: [namespace], maxPendingSeconds: Infinity });
    await waitFor(async () => (await verified()).agrees);
  });

  it('and reported again changes nothing, and makes the link that an interruption left out', async () => {
    const { report, links, unlink, count } = await predicted();
    const first = await report('dry');
    await unlink();
    expect(await report('dry')).toEqual(first);
    expect(await links()).toHaveLength(1);
    expect(await count()).toBe(2);
  });

  it('and changed twice finds the correction that is there', async () => {
    const { report, count } = await predicted();
    const first = await report('dry');
    const second = await report('leaked');
    expect(second.corrective).not.toEqual(first.corrective);
    expect(await report('dry')).toEqual({ ...first, version: 4 });
    expect(await report('boiled')).toEqual({ version: 5, isError: false, corrective: null });
    expect(await count()).toBe(3);
  });

  it('keeps clear of what lives where its correction would go', async () => {
    const { report, at, namespace, count } = await predicted();
    const { corrective } = await report('dry');
    if (corrective === null) throw new Error('nothing was corrected');
    await system.store.store(namespace, { coordinate: corrective, payload: { text: 'mine' }, type: 'semantic' });
    await report('boiled');
    const second = await report('dry');
    expect(second.corrective).not.toEqual(corrective);
    expect((await at(corrective)).payload).toEqual({ text: 'mine' });
    expect(await count()).toBe(3);
  });

  it('that fails after it was written is whole when it is reported again', async () => {
    const { report, namespace, links, count } = await predicted();
    const broken = new OutcomeService(
      {
        findByKeys: async (_, keys) =>
          found(await Promise.all(keys.map((key) => system.read.get(namespace, coordinateOf(key)).catch(nothing)))),
      },
      system.store,
      { link: () => Promise.reject(new Error('the process ends here')) },
      { maxDepth: 32, maxBytes: 1_000_000 },
    );
    await expect(broken.report(namespace, [1, 2], { outcome: 'dry' })).rejects.toThrow('ends here');
    expect(await links()).toEqual([]);
    expect(await report('dry')).toMatchObject({ version: 2, isError: true });
    expect(await links()).toHaveLength(1);
    expect(await count()).toBe(2);
  });

  it('of what is not there, or has another version, writes nothing', async () => {
    const { report, namespace, count } = await predicted();
    await expect(system.outcomes.report(namespace, [7, 7], { outcome: 'dry' })).rejects.toThrow(MemoryNotFoundError);
    await expect(report('dry', 9)).rejects.toMatchObject({ code: 'version_conflict' });
    await expect(report('a\0b')).rejects.toMatchObject({ code: 'invalid_request', field: 'outcome' });
    expect(await count()).toBe(1);
  });

  it('loses nothing that others write meanwhile', async () => {
    const { report, at, namespace } = await predicted();
    await Promise.all([
      report('dry'),
      report('leaked'),
      system.amend.amend(namespace, [1, 2], { metadata: { seen: true } }),
    ]);
    expect(await at([1, 2])).toMatchObject({
      version: 4,
      payload: { ...FORECAST, error: true, metadata: { seen: true } },
    });
  });
});

const coordinateOf = (key: string) => key.split(',').map(Number);
const nothing = () => undefined;
const found = <T>(all: readonly (T | undefined)[]) => all.filter((one): one is T => one !== undefined);
