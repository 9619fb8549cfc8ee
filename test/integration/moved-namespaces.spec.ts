import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem, type MemorySystemOptions } from '@sfm/composition';
import { DEFAULT_CONSOLIDATION, LedgerReplay, LinkReplay, toNamespace, type Namespace } from '@sfm/memory';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  PostgresDatabase,
  PostgresLedgerReader,
  PostgresTruthRestorer,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { describeWith } from '../services/availability.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { testQdrant, type TestQdrant } from '../services/qdrant/qdrant.js';

const describeOnServers = await describeWith(['postgres', 'qdrant']);
const FIELDS = { text: ['text'], session: ['session'], source: ['source'], time: ['timestamp'] };

describeOnServers.each(['in this process', 'in Qdrant'])('namespaces that move, with vectors %s', (place) => {
  let database: TestDatabase;
  let system: MemorySystem;
  let client: Client;
  let qdrant: TestQdrant;

  beforeAll(async () => {
    [database, qdrant] = await Promise.all([createTestDatabase(), testQdrant()]);
    const vectors: MemorySystemOptions['vectors'] =
      place === 'in Qdrant' ? { kind: 'qdrant', connection: qdrant } : { kind: 'embedded' };
    system = await openMemorySystem({ truth: { kind: 'server', url: database.url }, vectors });
    await system.indexes.whenReady();
    client = new Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await system.close();
    await database.drop();
  });

  const anyNamespace = () => toNamespace(`moved_${randomUUID()}`);
  const store = (namespace: Namespace, at: number, text: string) =>
    system.store.store(namespace, {
      coordinate: [at],
      payload: { text, session: 's' },
      type: 'episodic',
      importance: at,
    });
  const filled = async (count: number) => {
    const namespace = anyNamespace();
    const memories = Array.from({ length: count }, (_, at) => ({
      ...{ coordinate: [at], payload: { text: `the kettle number ${at}`, session: 's' }, importance: at },
      type: at % 2 === 0 ? ('semantic' as const) : ('episodic' as const),
    }));
    await system.store.storePortions(namespace, memories);
    await store(namespace, 3, 'the kettle number 3 boiled over');
    await system.forget.forget(namespace, [[5]]);
    await system.links.link(namespace, { from: [0], to: [3], type: 'related', weight: 2, metadata: { n: 1 } }, 'both');
    await system.links.link(namespace, { from: [3], to: [999], type: 'bare', weight: 1 }, 'none');
    await system.links.link(namespace, { from: [998], to: [999], type: 'bare', weight: 1 }, 'none');
    return namespace;
  };
  const recalled = async (namespace: Namespace, query = 'the kettle that boiled over') => {
    const { hits, degraded } = await system.recall.recall(namespace, { query, topK: 5 });
    expect(degraded).toEqual([]);
    return hits.map(({ memory }) => memory.key);
  };
  const settled = (namespace: Namespace) =>
    waitFor(async () => (await system.namespaces.summary(namespace)).pending === 0);
  const agrees = async (...namespaces: Namespace[]) => {
    const report = await system.verifier.verify({ namespaces, maxPendingSeconds: Infinity });
    expect(report).toMatchObject({ agrees: true, differences: {} });
  };
  const aliases = async () => {
    const headers = new Headers(qdrant.apiKey === undefined ? {} : { 'api-key': qdrant.apiKey });
    const answer = await fetch(`${qdrant.url}/aliases`, { headers });
    const { result } = (await answer.json()) as { result: { aliases: { alias_name: string }[] } };
    return result.aliases.map(({ alias_name: name }) => name);
  };
  const renamed = async (source: Namespace, target: Namespace) => {
    for (;;) {
      const rename = await system.namespaceRenames.rename(source, target);
      if (rename.isDone) return rename;
    }
  };
  const rows = async (namespace: Namespace) => {
    const { rows: memories } = await client.query(
      `SELECT coordinate_key, version, created_version, type, payload, importance, importance_norm, created_at,
         updated_at, deleted_at, encode(content_hash, 'hex') AS hash FROM memories WHERE namespace = $1 ORDER BY 1`,
      [namespace],
    );
    const { rows: links } = await client.query(
      `SELECT from_key, to_key, link_type, weight, metadata, version, created_at, updated_at, id
       FROM memory_links WHERE namespace = $1 ORDER BY id`,
      [namespace],
    );
    return { memories, links };
  };

  /** Makes memories and links again from the ledger. */
  const replayed = async () => {
    const dataSource = createDataSource({
      connection: await resolveConnection(database.url),
      ...{ entities: STORAGE_ENTITIES, migrations: MIGRATIONS },
    });
    await dataSource.initialize();
    const truth = new PostgresDatabase(dataSource);
    const [reader, restorer] = [new PostgresLedgerReader(truth), new PostgresTruthRestorer(truth)];
    await new LedgerReplay(reader, restorer, FIELDS).replay({ onRestored: async () => {}, onUnreadable: () => {} });
    await new LinkReplay(reader, restorer).replay({ onUnreadable: () => {} });
    await dataSource.destroy();
  };

  it('a clone answers as its source does, before and after it is indexed; a deleted one not at all', async () => {
    const [source, target] = [await filled(40), anyNamespace()];
    expect(await system.namespaceCopies.copy(source, target)).toMatchObject({ memories: 39, links: 3, isDone: true });
    const before = await recalled(source);
    expect(before[0]).toBe('3');
    expect(await recalled(target)).toEqual(before);
    await settled(target);
    expect(await recalled(target)).toEqual(before);
    await agrees(source, target);
    while (!(await system.namespaceRemovals.remove(target)).isDone);
    expect(await recalled(target)).toEqual([]);
    expect(await recalled(source)).toEqual(before);
    await system.namespaceCopies.copy(source, target);
    const { links } = await rows(target);
    await client.query('DELETE FROM memory_links WHERE namespace = $1', [target]);
    await replayed();
    expect((await rows(target)).links).toEqual(links);
    while (!(await system.namespaceRemovals.remove(target)).isDone);
    if (place === 'in Qdrant') expect(await aliases()).not.toContain(target);
    await agrees(source, target);
  });

  it('a renamed one answers under its new name only, as it did, and so does what the ledger gives back', async () => {
    const [source, target] = [await filled(40), anyNamespace()];
    const { run } = await system.consolidations.run(source, DEFAULT_CONSOLIDATION);
    const [before, history] = [await recalled(source), await system.history.history(source, [3], { limit: 9 })];
    const whole = await rows(source);
    expect(await renamed(source, target)).toMatchObject({ memories: whole.memories.length - 1, isMoved: true });
    expect(await recalled(target)).toEqual(before);
    expect(await recalled(source)).toEqual([]);
    expect(await system.history.history(target, [3], { limit: 9 })).toEqual(history);
    expect(await system.consolidations.find(target, run.id)).toMatchObject({ run: { id: run.id } });
    const there = await rows(target);
    expect(there).toEqual({ ...whole, memories: whole.memories.filter(({ deleted_at: at }) => at === null) });
    if (place === 'in Qdrant') {
      const all = await aliases();
      expect([all.includes(source), all.includes(target)]).toEqual([false, true]);
    }
    await agrees(source, target);

    await client.query('DELETE FROM memory_links WHERE namespace = ANY ($1)', [[source, target]]);
    await client.query('DELETE FROM memories WHERE namespace = ANY ($1)', [[source, target]]);
    await replayed();
    expect(await rows(target)).toEqual(there);
    const back = await rows(source);
    expect(back.memories.filter(({ deleted_at: at }) => at === null)).toEqual([]);
    expect(back.links).toEqual([]);
  });

  it('takes along what is acknowledged while it is renamed, and is readable under one of its names all the time', async () => {
    const [source, target] = [await filled(400), anyNamespace()];
    const acknowledged = new Map<number, string>();
    let [isOver, refusals, reads] = [false, 0, 0];
    const writing = [0, 100, 2000].map(async (first) => {
      for (let nth = 0; !isOver; nth += 1) {
        const [at, text] = [first + (nth % 50), `the kettle ${randomUUID()}`];
        await store(source, at, text).then(
          () => acknowledged.set(at, text),
          (error: { code: string }) => (error.code === 'namespace_moving' ? (refusals += 1) : Promise.reject(error)),
        );
      }
    });
    const reading = (async () => {
      for (; !isOver; reads += 1) {
        const at = 200 + (reads % 200);
        const there = await system.read.getMany(source, [[at]]);
        const found = there[0] ?? (await system.read.getMany(target, [[at]]))[0];
        expect(found?.payload['text']).toBe(`the kettle number ${at}`);
      }
    })();
    const { memories } = await renamed(source, target);
    isOver = true;
    await Promise.all([...writing, reading]);
    expect(memories).toBeGreaterThan(398);
    expect(reads).toBeGreaterThan(10);
    for (const [at, text] of acknowledged) {
      const [late] = await system.read.getMany(source, [[at]]);
      const found = late ?? (await system.read.getMany(target, [[at]]))[0];
      expect(found?.payload['text']).toBe(text);
    }
    expect((await recalled(target, 'the kettle number 234'))[0]).toBe('234');
    await settled(source);
    await settled(target);
    await agrees(source, target);
  }, 120_000);
});
