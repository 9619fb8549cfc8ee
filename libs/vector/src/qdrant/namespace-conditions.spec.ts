import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EMPTY_OVERLAY, type Namespace } from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { describeWith } from '../../../../test/services/availability.js';
import { testQdrant } from '../../../../test/services/qdrant/qdrant.js';
import { TestNamespaces } from '../../test/qdrant-fixtures.js';
import { CollectionCatalog } from './collections/collection-catalog.js';
import { QdrantServer } from './server/qdrant-server.js';
import { pointId } from './points/point-id.js';
import { RemovedVersions } from './points/removed-versions.js';
import { QdrantPointAudit } from './qdrant-point-audit.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';
import { QdrantVectorRebuild } from './qdrant-vector-rebuild.js';

const describeReal = await describeWith(['qdrant']);

interface Sent {
  readonly path: string;
  readonly body: string;
}

describeReal('what is sent to Qdrant', () => {
  const namespaces = new TestNamespaces();
  const sent: Sent[] = [];
  let watched: Server;
  let server: QdrantServer;

  beforeAll(async () => {
    const { url, apiKey } = await testQdrant();
    watched = createServer((request, answer) => {
      void (async () => {
        const body = await text(request);
        sent.push({ path: request.url ?? '', body });
        const { method = 'GET' } = request;
        const headers = { 'content-type': 'application/json', ...(apiKey ? { 'api-key': apiKey } : {}) };
        const passed = await fetch(new URL(request.url ?? '', url), { method, headers, ...(body ? { body } : {}) });
        answer.writeHead(passed.status, { 'content-type': 'application/json' }).end(await passed.text());
      })();
    });
    await new Promise<void>((resolve) => watched.listen(0, '127.0.0.1', resolve));
    const { port } = watched.address() as AddressInfo;
    server = new QdrantServer({ url: `http://127.0.0.1:${port}`, timeoutMs: 30_000 });
  });
  afterAll(async () => {
    await server.close();
    watched.closeAllConnections();
    await new Promise((resolve) => watched.close(resolve));
    await namespaces.remove();
  });

  /** Calls everything that reads or changes points of a namespace. */
  async function useAll(namespace: Namespace, options: { readonly sharedCollection?: string }): Promise<void> {
    const catalog = new CollectionCatalog(server, { space: 'test:1', dimension: 4, ...options });
    const removed = new RemovedVersions();
    const index = new QdrantVectorIndex(catalog, removed);
    const audit = new QdrantPointAudit(catalog, removed);
    const point = aPoint({ vector: Float32Array.of(1, 0, 0, 0) });
    await index.apply(namespace, [upsertOf(point), { kind: 'remove', key: '2', version: 1 }]);
    const query = { vector: Float32Array.of(1, 0, 0, 0), limit: 5, nowMs: TEST_NOW_MS };
    const found = await index.search(namespace, query, EMPTY_OVERLAY);
    expect(found.map(({ key }) => key)).toEqual(['1']);
    expect(await index.count(namespace)).toBe(1);
    for await (const page of audit.scan(namespace)) expect(page).toHaveLength(1);
    expect(await audit.held(namespace, ['1'])).toHaveLength(1);
    await audit.evict(namespace, ['3']);
    const draft = await new QdrantVectorRebuild(catalog).begin(namespace);
    await draft.discard();
    await index.clear(namespace);
  }

  it('names the namespace in every call about points: its collection, its points, or a condition', async () => {
    const own = namespaces.named('own');
    sent.length = 0;
    await useAll(own, {});
    const ofPoints = () => sent.filter(({ path }) => path.includes('/points'));
    expect(ofPoints().length).toBeGreaterThan(5);
    for (const { path } of ofPoints()) expect(path).toMatch(new RegExp(`^/collections/${own}(?:--|/)`));

    const shared = namespaces.named('one');
    const sharedCollection = namespaces.named('shared');
    sent.length = 0;
    await useAll(shared, { sharedCollection });
    expect(ofPoints().length).toBeGreaterThan(5);
    const ids = ['1', '2', '3'].map((key) => String(pointId(shared, key)));
    for (const { path, body } of ofPoints()) {
      const isNamed = body.includes(JSON.stringify(shared)) || ids.some((id) => body.includes(id));
      expect({ path, body, isNamed }).toMatchObject({ isNamed: true });
    }
  });
});
