import { expect, it } from '@jest/globals';
import { QdrantClient } from '@qdrant/js-client-rest';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../availability.js';
import { startQdrant, testQdrant, type TestQdrant } from './qdrant.js';
import { waitFor } from '../lifetime/wait-for.js';

const describeReal = await describeWith(['qdrant']);

function clientOf({ url }: TestQdrant): QdrantClient {
  return new QdrantClient({ url, checkCompatibility: false });
}

const isDone = (): boolean => true;

/** What is answered until the replica of a new collection is active. */
function asksToRetry(error: unknown): boolean {
  if (error instanceof Error && 'status' in error && error.status === 500) return false;
  throw error;
}

async function store(client: QdrantClient, collection: string): Promise<void> {
  await client.createCollection(collection, { vectors: { size: 2, distance: 'Cosine' } });
  const points = [{ id: 1, vector: [1, 0], payload: { name: 'first' } }];
  const taken = (): Promise<boolean> => client.upsert(collection, { wait: true, points }).then(isDone, asksToRetry);
  await waitFor(taken, { what: () => 'the new collection to take a point' });
}

describeReal('a Qdrant for tests', () => {
  it('is one server for the whole run, of the pinned version', async () => {
    const client = clientOf(await testQdrant());
    const collection = `test_${randomUUID()}`;
    await store(client, collection);
    const { points } = await client.query(collection, { query: [1, 0.1], with_payload: true });
    expect(points).toMatchObject([{ id: 1, payload: { name: 'first' } }]);
    await client.deleteCollection(collection);
    expect((await client.versionInfo()).version).toBe('1.16.3');
  });

  it('keeps what it acknowledged when it is killed and started again', async () => {
    const server = await startQdrant();
    const client = clientOf(server);
    await store(client, 'kept');
    await server.kill();
    await expect(client.getCollections()).rejects.toThrow();
    await server.start();
    expect((await client.retrieve('kept', { ids: [1] }))[0]?.payload).toEqual({ name: 'first' });
    await server.stop();
    expect(server.pid).toBeUndefined();
  });

  it('asks for its API key when it has one', async () => {
    const server = await startQdrant({ apiKey: 'secret' });
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(new URL('/collections', server.url), { headers })).status;
    expect(await ask({ 'api-key': server.apiKey ?? '' })).toBe(200);
    expect(await ask({})).toBe(401);
    await server.stop();
  });
});
