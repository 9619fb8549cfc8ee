import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import { DEFAULT_CONSOLIDATION, toNamespace, type Namespace } from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describePostgres = await describeWith(['postgres']);

let database: TestDatabase;
let system: MemorySystem;
let client: Client;

const anyNamespace = () => toNamespace(`namespaces_${randomUUID()}`);
const fill = (namespace: Namespace, count: number, from = 0) =>
  system.store.storePortions(
    namespace,
    Array.from({ length: count }, (_, index) => ({
      coordinate: [from + index],
      payload: { text: `the kettle number ${from + index}` },
      type: index % 2 === 0 ? ('semantic' as const) : ('episodic' as const),
      importance: index,
    })),
  );
const removed = async (namespace: Namespace) => {
  let all = 0;
  for (;;) {
    const { memories, isDone } = await system.namespaceRemovals.remove(namespace);
    all += memories;
    if (isDone) return all;
  }
};
const recalled = async (namespace: Namespace) => {
  const { hits } = await system.recall.recall(namespace, { query: 'kettle', topK: 10 });
  return hits.length;
};
const rows = async (table: string, namespace: Namespace, condition = 'true') => {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} WHERE namespace = $1 AND ${condition}`,
    [namespace],
  );
  return rows[0]?.count;
};

describePostgres('a namespace', () => {
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

  it('is listed with what is in it, until there is nothing', async () => {
    const [first, second, third] = ['a', 'b', 'c'].map((letter) => toNamespace(`list_${letter}`));
    if (!first || !second || !third) throw new Error('no names');
    await fill(first, 3);
    await fill(third, 1);
    const all = await system.namespaces.list('*', { limit: 100 });
    expect(all.namespaces.map(({ namespace }) => namespace)).toEqual(expect.arrayContaining([first, third]));
    const page = await system.namespaces.list([third, first, second], { limit: 1 });
    expect(page).toMatchObject({
      namespaces: [
        { namespace: first, counts: { total: 3, episodic: 1, semantic: 2 }, links: 0, bytes: expect.any(Number) },
      ],
      next: first,
    });
    expect(page.namespaces[0]?.bytes).toBeGreaterThan(3 * 20);
    expect(await system.namespaces.list([third, first, second], { limit: 1, after: first })).toMatchObject({
      namespaces: [{ namespace: third }],
    });
    await waitFor(async () => (await system.namespaces.summary(first)).pending === 0);
    await removed(first);
    expect((await system.namespaces.list([first, second, third], { limit: 9 })).namespaces).toMatchObject([
      { namespace: third },
    ]);
  });

  it('that is deleted leaves every store; its ledger says so, and it can be used again', async () => {
    const [namespace, other] = [anyNamespace(), anyNamespace()];
    await fill(namespace, 250);
    await fill(other, 2);
    expect(await recalled(namespace)).toBe(10);
    expect(await removed(namespace)).toBe(250);
    expect(await recalled(namespace)).toBe(0);
    expect((await system.read.counts(namespace)).total).toBe(0);
    expect(await rows('memories', namespace, 'deleted_at IS NULL')).toBe(0);
    expect(await rows('memories', namespace, 'indexed_version < version')).toBe(0);
    expect(await rows('memory_events', namespace, "type = 'deleted'")).toBe(250);
    expect(await rows('importance_states', namespace)).toBe(0);
    expect(await rows('importance_scales', namespace)).toBe(0);
    expect(await rows('importance_samples', namespace)).toBe(0);
    expect(await recalled(other)).toBe(2);
    const report = await system.verifier.verify({ namespaces: [namespace, other], maxPendingSeconds: Infinity });
    expect(report).toMatchObject({ agrees: true, differences: {} });
    await fill(namespace, 1);
    expect(await recalled(namespace)).toBe(1);
    expect((await system.read.get(namespace, [0])).version).toBe(3);
  });

  it('is deleted in parts, by as many calls as it takes, beside a transaction that holds some of it', async () => {
    const namespace = anyNamespace();
    await fill(namespace, 30);
    await client.query('BEGIN');
    await client.query('SELECT FROM memories WHERE namespace = $1 ORDER BY id LIMIT 3 FOR UPDATE', [namespace]);
    const part = await system.namespaceRemovals.remove(namespace);
    expect(part).toMatchObject({ memories: 27, isDone: false });
    await client.query('ROLLBACK');
    expect(await removed(namespace)).toBe(3);
    expect(await system.namespaceRemovals.remove(namespace)).toEqual({ memories: 0, links: 0, isDone: true });
  });

  it('that is written to while it is deleted keeps what is new, findable and in agreement', async () => {
    const namespace = anyNamespace();
    await fill(namespace, 250);
    let isRemoved = false;
    const removing = removed(namespace).finally(() => (isRemoved = true));
    // What is written before the request begins goes too: something comes after it for certain.
    const writing = (async () => {
      for (let index = 0; !isRemoved || index < 20; index += 1) await fill(namespace, 1, 10_000 + index);
    })();
    await Promise.all([removing, writing]);
    const { total } = await system.read.counts(namespace);
    expect(total).toBeGreaterThan(0);
    const { memories } = await system.read.list(namespace, { limit: 100 });
    expect(memories.every(({ coordinate: [place = 0] }) => place >= 10_000)).toBe(true);
    expect(await recalled(namespace)).toBe(Math.min(10, total));
    await waitFor(async () => {
      const report = await system.verifier.verify({ namespaces: [namespace], maxPendingSeconds: Infinity });
      return report.agrees;
    });
  });

  it('that is deleted leaves rows only in the tables of which that is said', async () => {
    const namespace = anyNamespace();
    await fill(namespace, 6);
    await system.links.link(namespace, { from: [0], to: [1], type: 'related', weight: 1 }, 'both');
    await system.retention.replace(namespace, { maxAgeSeconds: 1e6, maxMemories: null, keepImportanceFrom: null });
    await system.consolidations.run(namespace, DEFAULT_CONSOLIDATION);
    await system.locks.acquire(namespace, { name: 'ended', owner: 'somebody', ttlSeconds: 1 });
    await client.query(`UPDATE named_locks SET expires_at = now() - interval '1 hour' WHERE namespace = $1`, [
      namespace,
    ]);
    await client.query('INSERT INTO importance_scales (namespace, since, min, max) VALUES ($1, now(), 0, 5)', [
      namespace,
    ]);
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'namespace'
       ORDER BY table_name COLLATE "C"`,
    );
    const filled = async () => {
      const found: string[] = [];
      for (const { name } of tables) if ((await rows(name, namespace)) !== 0) found.push(name);
      return found;
    };
    // A table that is not here is new: delete its rows with a namespace, or say in docs/namespaces.md why they stay.
    expect(tables.map(({ name }) => name)).toEqual([
      ...['consolidations', 'idempotency_keys', 'importance_samples', 'importance_scales', 'importance_states'],
      ...['memories', 'memory_events', 'memory_links', 'named_locks', 'outbox', 'retention_policies'],
    ]);
    expect(await filled()).toEqual(
      expect.arrayContaining([
        'consolidations',
        'importance_samples',
        'importance_scales',
        'memory_links',
        'named_locks',
        'retention_policies',
      ]),
    );
    const items = async () => (await client.query('SELECT FROM consolidation_items')).rowCount;
    expect(await items()).toBeGreaterThan(0);
    await removed(namespace);
    await waitFor(async () => (await rows('outbox', namespace)) === 0);
    expect(await filled()).toEqual(['memories', 'memory_events']);
    expect(await rows('memories', namespace, 'deleted_at IS NULL')).toBe(0);
    expect(await items()).toBe(0);
  });

  it('that is copied can be recalled at once where it went, and carries its retention policy; the source stays', async () => {
    const [source, target, other] = [anyNamespace(), anyNamespace(), anyNamespace()];
    await fill(source, 40);
    await system.amend.amend(source, [7], { metadata: { why: 'test' } });
    await system.links.link(
      source,
      { from: [0], to: [1], type: 'related', weight: 2, metadata: { why: 'test' } },
      'both',
    );
    const policy = { maxAgeSeconds: 3e9, maxMemories: 100, keepImportanceFrom: 30 };
    await system.retention.replace(source, policy);
    const whole = { memories: 40, versions: 1, links: 1, isDone: true };
    expect(await system.namespaceCopies.copy(source, target)).toEqual(whole);
    expect(await recalled(target)).toBe(10);
    const [there, here] = await Promise.all([system.read.get(target, [7]), system.read.get(source, [7])]);
    expect(there).toMatchObject({
      version: 2,
      payload: here.payload,
      createdAt: here.createdAt,
      updatedAt: here.updatedAt,
    });
    expect((await system.retention.read(target)).stored).toMatchObject(policy);
    await waitFor(async () => (await system.namespaces.summary(target)).pending === 0);
    const report = await system.verifier.verify({ namespaces: [source, target], maxPendingSeconds: Infinity });
    expect(report).toMatchObject({ agrees: true, differences: {} });
    await expect(system.namespaceCopies.copy(other, target)).rejects.toMatchObject({ code: 'namespace_not_empty' });
    await removed(target);
    await fill(other, 1);
    expect(await system.namespaceCopies.copy(other, target)).toMatchObject({ memories: 1, isDone: true });
    expect((await system.read.get(target, [0])).version).toBe(3);
    expect(await recalled(source)).toBe(10);
  });
});
