import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, IndexUnavailableError, toNamespace, type IndexChange } from '@sfm/memory';
import { aPoint, upsertOf } from '@sfm/memory/testing';
import { describeWith } from '../../../../test/services/availability.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
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

describeReal('a Qdrant that is away', () => {
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

  const search = () => index.search(NAMESPACE, { vector: VECTOR, limit: 1, nowMs: Date.now() }, EMPTY_OVERLAY);

  /** Stops the server and searches until that shows: what arrived before all of its threads stopped is still answered. */
  const hang = async () => {
    await process.freeze();
    const fails = async () => {
      const answers = await Promise.allSettled([search(), search(), search()]);
      return answers.every(({ status }) => status === 'rejected');
    };
    await waitFor(fails, { what: () => 'searches to fail' });
  };

  it('gets a removal when that is repeated, and what is older than it still changes nothing', async () => {
    await index.apply(NAMESPACE, [stored(1)]);
    await process.kill();
    await expect(index.apply(NAMESPACE, [REMOVAL])).rejects.toThrow(IndexUnavailableError);
    await process.start();
    await index.apply(NAMESPACE, [REMOVAL]);
    expect(await index.count(NAMESPACE)).toBe(0);
    await index.apply(NAMESPACE, [stored(1)]);
    expect(await search()).toEqual([]);
  });

  it('hangs: changes wait for it, and are made when it goes on', async () => {
    await index.apply(NAMESPACE, [stored(3)]);
    await hang();
    const removal = index.apply(NAMESPACE, [{ ...REMOVAL, version: 4 }]);
    process.thaw();
    await removal;
    expect(await index.count(NAMESPACE)).toBe(0);
  });

  it('hangs: only the first searches wait, and all others fail at once until it goes on', async () => {
    await index.apply(NAMESPACE, [stored(5)]);
    await hang();
    expect(server.circuit).toMatchObject({ state: expect.stringMatching(/open/) });
    for (let call = 0; call < 50; call += 1) {
      await expect(search()).rejects.toThrow(/does not answer \(it hangs\)/);
    }
    process.thaw();
    await waitFor(() => server.circuit.state === 'closed');
    expect(await search()).toMatchObject([{ key: '1' }]);
  });
});
