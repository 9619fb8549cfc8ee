import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, IndexUnavailableError, toNamespace, type IndexChange } from '@sfm/memory';
import { aPoint, upsertOf } from '@sfm/memory/testing';
import { describeWith } from '../../../../test/services/availability.js';
import { startQdrant, type QdrantProcess } from '../../../../test/services/qdrant/qdrant.js';
import { CollectionCatalog } from './collections/collection-catalog.js';
import { QdrantServer } from './server/qdrant-server.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';

const NAMESPACE = toNamespace('outage');
const VECTOR = new Float32Array([1, 0, 0, 0]);
const REMOVAL: IndexChange = { kind: 'remove', key: '1', version: 2 };

function stored(version: number): IndexChange {
  return upsertOf(aPoint({ version, vector: VECTOR }));
}

const describeReal = await describeWith(['qdrant']);

describeReal('a removal that meets a Qdrant that is away', () => {
  let process: QdrantProcess;
  let server: QdrantServer;
  let index: QdrantVectorIndex;

  beforeAll(async () => {
    process = await startQdrant();
    server = new QdrantServer({ url: process.url, timeoutMs: 30_000 });
    index = new QdrantVectorIndex(new CollectionCatalog(server, { space: 'test:1', dimension: 4 }));
  });

  afterAll(async () => {
    await server.close();
    await process.stop();
  });

  it('is done when it is repeated, and what is older than it still changes nothing', async () => {
    await index.apply(NAMESPACE, [stored(1)]);
    await process.kill();
    await expect(index.apply(NAMESPACE, [REMOVAL])).rejects.toThrow(IndexUnavailableError);
    await process.start();
    await index.apply(NAMESPACE, [REMOVAL]);
    expect(await index.count(NAMESPACE)).toBe(0);
    await index.apply(NAMESPACE, [stored(1)]);
    const query = { vector: VECTOR, limit: 1, nowMs: Date.now() };
    expect(await index.search(NAMESPACE, query, EMPTY_OVERLAY)).toEqual([]);
  });
});
