import { afterAll, afterEach, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, IndexUnavailableError, toNamespace, type VectorIndex, type Namespace } from '@sfm/memory';
import { aPoint, removalOf, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import { describeWith } from '../../../../test/services/availability.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { startQdrant, type QdrantProcess } from '../../../../test/services/qdrant/qdrant.js';
import { TestNamespaces } from '../../test/qdrant-fixtures.js';
import { CollectionCatalog } from './collections/collection-catalog.js';
import { physicalName } from './collections/collection-names.js';
import { QdrantPointAudit } from './qdrant-point-audit.js';
import { QdrantServer } from './server/qdrant-server.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';
import { QdrantVectorRebuild } from './qdrant-vector-rebuild.js';
import { RemovedVersions } from './points/removed-versions.js';

const ANY = toNamespace('any');
const NAMESPACE = toNamespace('ns');

const describeReal = await describeWith(['qdrant']);
const VECTOR = Float32Array.of(1, 0, 0, 0);
const QUERY = { vector: VECTOR, limit: 10, nowMs: TEST_NOW_MS };

async function keysIn(index: VectorIndex, namespace: Namespace): Promise<string[]> {
  return (await index.search(namespace, QUERY, EMPTY_OVERLAY)).map(({ key }) => key);
}

describeReal('QdrantVectorIndex beside others', () => {
  const namespaces = new TestNamespaces();
  afterAll(() => namespaces.remove());

  const anIndex = async (options: Parameters<TestNamespaces['catalog']>[0] = {}) =>
    new QdrantVectorIndex(await namespaces.catalog(options));
  const pointOf = (key: string, version = 1) => upsertOf(aPoint({ key, id: version, version, vector: VECTOR }));

  it('makes a namespace once, whoever comes first', async () => {
    const namespace = namespaces.named('race');
    const indexes = await Promise.all(Array.from({ length: 4 }, () => anIndex()));
    await Promise.all(indexes.map((index, id) => index.apply(namespace, [pointOf(`k${id}`)])));
    for (const index of indexes) expect(await index.count(namespace)).toBe(4);
    const server = await namespaces.server();
    const points = { collection_name: namespace, exact: true };
    expect((await server.call((api, init) => api.countPoints(points, init))).count).toBe(4);
  });

  it('ends with the newest version when two write the same memories out of order', async () => {
    const namespace = namespaces.named('versions');
    const [left, right] = [await anIndex(), await anIndex()];
    const keys = Array.from({ length: 20 }, (_, number) => `k${number}`);
    const versionsOf = (seed: number) =>
      Array.from({ length: 12 }, (_, turn) =>
        keys.map((key, at) => pointOf(key, 1 + ((turn * 7 + at * 5 + seed) % 12))),
      );
    await Promise.all([
      (async () => {
        for (const batch of versionsOf(0)) await left.apply(namespace, batch);
      })(),
      (async () => {
        for (const batch of versionsOf(6)) await right.apply(namespace, batch);
      })(),
    ]);
    const audit = new QdrantPointAudit(await namespaces.catalog(), new RemovedVersions());
    const held = await audit.held(namespace, keys);
    expect(held.map(({ version }) => version)).toEqual(keys.map(() => 12));
  });

  it('notices that another process has cleared the namespace', async () => {
    const namespace = namespaces.named('cleared');
    const [left, right] = [await anIndex(), await anIndex()];
    await left.apply(namespace, [pointOf('a')]);
    await right.clear(namespace);
    expect(await keysIn(left, namespace)).toEqual([]);
    await left.apply(namespace, [removalOf('a', 2)]);
    await left.apply(namespace, [pointOf('b')]);
    expect(await keysIn(right, namespace)).toEqual(['b']);
  });

  it('leaves nothing of removed and cleared memories in any collection', async () => {
    const namespace = namespaces.named('gone');
    const mirror = namespaces.named('mirror');
    const index = await anIndex({ mirrors: [mirror] });
    const server = await namespaces.server();
    const pointsIn = async (collection_name: string) =>
      (await server.call((api, init) => api.countPoints({ collection_name, exact: true }, init))).count;
    await index.apply(namespace, [pointOf('a'), pointOf('b')]);
    await index.apply(namespaces.named('other'), [pointOf('a')]);
    expect(await pointsIn(mirror)).toBe(3);
    await index.apply(namespace, [removalOf('a', 2)]);
    expect([await pointsIn(namespace), await pointsIn(mirror)]).toEqual([1, 2]);
    await index.clear(namespace);
    expect(await pointsIn(mirror)).toBe(1);
    await expect(pointsIn(namespace)).rejects.toThrow(/doesn't exist/);
  });

  it('refuses a namespace of another embedding space until it is rebuilt, then serves it', async () => {
    const namespace = namespaces.named('spaces');
    await (await anIndex({ space: 'old:4' })).apply(namespace, [pointOf('a')]);
    for (const options of [{ space: 'new:4' }, { space: 'new:3', dimension: 3 }]) {
      const index = await anIndex(options);
      const vector = new Float32Array(options.dimension ?? 4).fill(1);
      const refusal = new RegExp(`made by old:4 .*run soma reindex --namespace ${namespace}$`);
      await expect(index.apply(namespace, [upsertOf(aPoint({ key: 'b', vector }))])).rejects.toThrow(refusal);
      await expect(index.search(namespace, { ...QUERY, vector }, EMPTY_OVERLAY)).rejects.toThrow(IndexUnavailableError);
      await expect(index.count(namespace)).rejects.toThrow(refusal);
    }
    const catalog = await namespaces.catalog({ space: 'new:4' });
    const draft = await new QdrantVectorRebuild(catalog).begin(namespace);
    await draft.apply([pointOf('c')]);
    await draft.publish();
    await draft.retireOld();
    expect(await keysIn(new QdrantVectorIndex(catalog), namespace)).toEqual(['c']);
    expect(await catalog.physical(namespace)).toEqual([physicalName(namespace, 'new:4', 1)]);
  });

  it('leaves a collection of somebody else alone and says that it is in the way', async () => {
    const namespace = namespaces.named('foreign');
    const server = await namespaces.server();
    const definition = { collection_name: namespace, vectors: { size: 4, distance: 'Cosine' as const } };
    await server.call((api, init) => api.createCollection(definition, init));
    const catalog = await namespaces.catalog();
    const inTheWay = /that this service did not make.*rename or remove it/;
    await expect(new QdrantVectorIndex(catalog).apply(namespace, [pointOf('a')])).rejects.toThrow(inTheWay);
    await expect(new QdrantVectorRebuild(catalog).begin(namespace)).rejects.toThrow(inTheWay);
  });

  it('refuses additional collections that cannot take the points', async () => {
    const namespace = namespaces.named('mirrored');
    await (await anIndex()).apply(namespaces.named('own'), [pointOf('a')]);
    const ofNamespace = await anIndex({ mirrors: [namespaces.named('own')] });
    await expect(ofNamespace.apply(namespace, [pointOf('a')])).rejects.toThrow(/change QDRANT_COLLECTION/);
    const server = await namespaces.server();
    const narrow = { collection_name: namespaces.named('narrow'), vectors: { size: 2, distance: 'Cosine' as const } };
    await server.call((api, init) => api.createCollection(narrow, init));
    const ofOtherDimension = await anIndex({ mirrors: [narrow.collection_name] });
    await expect(ofOtherDimension.apply(namespace, [pointOf('a')])).rejects.toThrow(/vectors of 2 dimensions.*with 4/);
  });

  it('refuses vectors of another dimension', async () => {
    const index = await anIndex();
    const change = upsertOf(aPoint({ vector: Float32Array.of(1, 0) }));
    await expect(index.apply(ANY, [change])).rejects.toThrow(RangeError);
    await expect(index.search(ANY, { ...QUERY, vector: Float32Array.of(1) }, EMPTY_OVERLAY)).rejects.toThrow(/4 dim/);
  });
});

describeReal('QdrantVectorIndex on a server that fails', () => {
  const opened: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  async function onOwnServer(options: { apiKey?: string; usedKey?: string }) {
    const { apiKey, usedKey } = options;
    const process = await startQdrant(apiKey === undefined ? {} : { apiKey });
    const server = new QdrantServer({ url: process.url, apiKey: usedKey, timeoutMs: 30_000 });
    opened.push(
      () => server.close(),
      () => process.stop(),
    );
    const index = new QdrantVectorIndex(new CollectionCatalog(server, { space: 'test:1', dimension: 4 }));
    return { process, index };
  }

  const change = (key: string) => upsertOf(aPoint({ key, vector: VECTOR }));

  it('says that it is away while it is, keeps what was acknowledged, and recovers by itself', async () => {
    const { process, index }: { process: QdrantProcess; index: QdrantVectorIndex } = await onOwnServer({});
    await index.apply(NAMESPACE, [change('a')]);
    await process.kill();
    const attempts = [
      index.apply(NAMESPACE, [change('b')]),
      keysIn(index, NAMESPACE),
      index.count(NAMESPACE),
      index.clear(NAMESPACE),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: expect.any(IndexUnavailableError) });
      expect(attempt).toMatchObject({ reason: { message: expect.stringMatching(/does not answer.*ECONN/) } });
    }
    await process.start();
    // What is told at once while it is away is told so until somebody has found out that it is back.
    const answers = () => index.count(NAMESPACE).then(Boolean, () => false);
    await waitFor(answers, { what: () => 'the server to be asked again' });
    expect(await keysIn(index, NAMESPACE)).toEqual(['a']);
    await index.apply(NAMESPACE, [change('b')]);
    expect(await index.count(NAMESPACE)).toBe(2);
  });

  it('names the setting when the API key is wrong, and works with the right one', async () => {
    const wrong = await onOwnServer({ apiKey: 'secret', usedKey: 'guess' });
    await expect(wrong.index.count(NAMESPACE)).rejects.toThrow(/refuses the API key: correct QDRANT_API_KEY/);
    await expect(wrong.index.apply(NAMESPACE, [change('a')])).rejects.toThrow(IndexUnavailableError);
    const right = await onOwnServer({ apiKey: 'secret', usedKey: 'secret' });
    await right.index.apply(NAMESPACE, [change('a')]);
    expect(await right.index.count(NAMESPACE)).toBe(1);
  });
});
