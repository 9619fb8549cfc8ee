import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, IndexUnavailableError } from '@sfm/memory';
import { aPoint, freshNamespace, upsertOf } from '@sfm/memory/testing';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describeWith } from '../../../../../test/services/availability.js';
import { startQdrant } from '../../../../../test/services/qdrant/qdrant.js';
import { CollectionCatalog } from '../collections/collection-catalog.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { aliasOf } from '../collections/collection-names.js';
import { SnapshotRefused } from '../server/qdrant-errors.js';
import { QdrantServer } from '../server/qdrant-server.js';
import { QdrantSnapshots } from './qdrant-snapshots.js';
import { QdrantVectorIndex } from '../qdrant-vector-index.js';

const describeQdrant = await describeWith(['qdrant']);

describeQdrant('snapshots of collections', () => {
  let process: Awaited<ReturnType<typeof startQdrant>>;
  let server: QdrantServer;
  let snapshots: QdrantSnapshots;
  let index: QdrantVectorIndex;
  const namespace = freshNamespace();
  const apiKey = 'key-of-this-test';

  beforeAll(async () => {
    process = await startQdrant({ apiKey });
    server = new QdrantServer({ url: process.url, apiKey, timeoutMs: 30_000 });
    snapshots = new QdrantSnapshots(server);
    index = new QdrantVectorIndex(new CollectionCatalog(server, { space: 'test-space', dimension: 3 }));
  });
  afterAll(async () => {
    await server.close();
    await process.stop();
  });

  const found = async () => {
    const query = { vector: new Float32Array([1, 0, 0]), limit: 5, nowMs: 0 };
    return (await index.search(namespace, query, EMPTY_OVERLAY)).map(({ key }) => key);
  };
  const put = (key: string) =>
    index.apply(namespace, [upsertOf(aPoint({ key, id: Number(key), vector: new Float32Array([1, 0, 0]) }))]);

  const left = async (collection: string) => {
    const list = await server.call((api, init) => api.listSnapshots({ collection_name: collection }, init));
    return list.length;
  };

  it('bring back what was lost, under its alias, and take away what came later', async () => {
    await put('1');
    await put('2');
    const aliases = await snapshots.aliases();
    const [collection = ''] = await snapshots.collections();
    expect(aliases).toEqual([{ alias: aliasOf(namespace), collection }]);
    const snapshot = await buffer(await snapshots.take(collection));
    await put('3');
    await server.call((api, init) => api.deleteCollection({ collection_name: collection }, init));
    expect(await found()).toEqual([]);
    await snapshots.restore(collection, Readable.from([snapshot]));
    await snapshots.setAliases(aliases);
    expect(await found()).toEqual(['1', '2']);
    await put('3');
    await snapshots.restore(collection, Readable.from([snapshot]));
    expect(await found()).toEqual(['1', '2']);
  });

  it('leave nothing on the disk of the server, also when their reader stops early', async () => {
    const [collection = ''] = await snapshots.collections();
    await buffer(await snapshots.take(collection));
    (await snapshots.take(collection)).destroy();
    // The server fails to list what it is just deleting.
    await waitFor(async () => (await left(collection).catch(() => 1)) === 0, {
      what: () => 'the snapshots to be deleted',
    });
  });

  it('are refused when they are damaged, and the server away is said', async () => {
    const [collection = ''] = await snapshots.collections();
    await expect(snapshots.restore(collection, Readable.from([Buffer.from('no snapshot')]))).rejects.toThrow(
      SnapshotRefused,
    );
    expect(await found()).toEqual(['1', '2']);
    await process.kill();
    await expect(snapshots.take(collection)).rejects.toThrow(IndexUnavailableError);
    await expect(snapshots.restore(collection, Readable.from([]))).rejects.toThrow(IndexUnavailableError);
    await process.start();
  });
});
