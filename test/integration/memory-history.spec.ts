import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import {
  toNamespace,
  VersionConflictError,
  VersionUnavailableError,
  type Namespace,
  type NewMemory,
} from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describePostgres = await describeWith(['postgres']);

let database: TestDatabase;
let system: MemorySystem;

const anyNamespace = () => toNamespace(`history_${randomUUID()}`);
const put = (namespace: Namespace, memory: Partial<NewMemory>) =>
  system.store.store(namespace, { coordinate: [1], payload: {}, type: 'semantic', ...memory });
const payloadAt = async (namespace: Namespace, ...coordinate: number[]) =>
  (await system.read.get(namespace, coordinate)).payload;
const restore = (namespace: Namespace, version: number, expectedVersion?: number) =>
  system.restore.restore(namespace, [1], { version, ...(expectedVersion === undefined ? {} : { expectedVersion }) });
const recalled = async (namespace: Namespace, query: string) => {
  const { hits } = await system.recall.recall(namespace, { query, topK: 10 });
  return hits.map(({ memory }) => memory.payload['text']);
};
const verified = async (namespace: Namespace) => {
  const report = await system.verifier.verify({ namespaces: [namespace], maxPendingSeconds: Infinity });
  return { agrees: report.agrees, differences: report.differences };
};

describePostgres('versions that are restored', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    system = await openMemorySystem({ truth: { kind: 'server', url: database.url } });
  });
  afterAll(async () => {
    await system.close();
    await database.drop();
  });

  it('are found again, and leave truth, ledger and indexes in agreement', async () => {
    const namespace = anyNamespace();
    await put(namespace, { payload: { text: 'the kettle is blue' }, importance: 4 });
    await put(namespace, { payload: { text: 'the teapot is red' } });
    expect(await restore(namespace, 1)).toMatchObject({ version: 3, created: false });
    expect(await system.read.get(namespace, [1])).toMatchObject({ importance: 4, version: 3 });
    expect(await recalled(namespace, 'kettle')).toEqual(['the kettle is blue']);
    await waitFor(async () => (await verified(namespace)).agrees);
  });

  it('take a deletion back, whose history can be read again', async () => {
    const namespace = anyNamespace();
    await put(namespace, { payload: { text: 'the kettle is blue' } });
    const { createdAt } = await system.read.get(namespace, [1]);
    await put(namespace, { payload: { text: 'the teapot is red' } });
    await system.forget.forget(namespace, [[1]]);
    const withheld = async () => {
      const { versions } = await system.history.history(namespace, [1], { limit: 10 });
      return versions.map(({ version, withheld: why }) => [version, why]);
    };
    expect(await withheld()).toEqual([
      [3, null],
      [2, 'deleted'],
      [1, 'deleted'],
    ]);
    expect(await restore(namespace, 1)).toMatchObject({ version: 4 });
    expect(await withheld()).toEqual([
      [4, null],
      [3, null],
      [2, null],
      [1, null],
    ]);
    expect(await payloadAt(namespace, 1)).toEqual({ text: 'the kettle is blue' });
    expect((await system.read.get(namespace, [1])).createdAt).toEqual(createdAt);
    expect(await recalled(namespace, 'kettle')).toEqual(['the kettle is blue']);
    await waitFor(async () => (await verified(namespace)).agrees);
    await system.forget.forget(namespace, [[1]]);
    await put(namespace, { payload: { text: 'another life' } });
    expect((await verified(namespace)).differences).toEqual({});
  });

  it('are none of a life that ended before another began, no deletions, and nothing that was to expire', async () => {
    const namespace = anyNamespace();
    await put(namespace, { payload: { secret: 1 } });
    await system.forget.forget(namespace, [[1]]);
    await put(namespace, { payload: { n: 3 }, expiresAt: new Date(Date.now() + 30) });
    await waitFor(async () => !(await isThere(namespace)));
    await expect(restore(namespace, 1)).rejects.toMatchObject({ code: 'version_unavailable', why: 'replaced' });
    await expect(restore(namespace, 2)).rejects.toMatchObject({ why: 'deletion' });
    await expect(restore(namespace, 3)).rejects.toMatchObject({ why: 'expired' });
    await expect(restore(namespace, 3)).rejects.toThrow(VersionUnavailableError);
    await put(namespace, { payload: { n: 4 } });
    await expect(restore(namespace, 1)).rejects.toMatchObject({ why: 'replaced' });
    expect(await payloadAt(namespace, 1)).toEqual({ n: 4 });
  });

  it('are refused once they are erased from the ledger', async () => {
    const namespace = anyNamespace();
    for (const n of [1, 2, 3]) await put(namespace, { payload: { n } });
    await erase(
      `BEGIN; SET LOCAL soma.erasure = 'on'; DELETE FROM memory_events WHERE namespace = '${namespace}' AND version = 2; COMMIT`,
    );
    await expect(restore(namespace, 2)).rejects.toMatchObject({ code: 'version_unavailable', why: 'erased' });
    await expect(restore(namespace, 4)).rejects.toMatchObject({ code: 'version_not_found' });
    await expect(restore(namespace, 1, 2)).rejects.toThrow(VersionConflictError);
    expect(await restore(namespace, 1, 3)).toMatchObject({ version: 4 });
  });

  it('lose nothing that others write, amendments neither', async () => {
    const namespace = anyNamespace();
    await put(namespace, { payload: { metadata: {} } });
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.allSettled(
      names.map((name) => system.amend.amend(namespace, [1], { metadata: { [name]: true } })),
    );
    const done = names.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(await payloadAt(namespace, 1)).toEqual({
      metadata: Object.fromEntries(done.map((name) => [name, true])),
    });
    expect(done.length).toBeGreaterThan(0);
  });
});

async function erase(statement: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function isThere(namespace: Namespace): Promise<boolean> {
  return (await system.read.getMany(namespace, [[1]])).length > 0;
}
