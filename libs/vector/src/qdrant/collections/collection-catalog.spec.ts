import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { toNamespace } from '@sfm/memory';
import { QdrantServer } from '../server/qdrant-server.js';
import { CollectionCatalog } from './collection-catalog.js';

it('keeps the state of a bounded number of collections', async () => {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.url ?? '');
    const info = {
      indexed_vectors_count: 0,
      payload_schema: {},
      config: {
        metadata: { somafractalmemory: { space: 'test', holds: 'namespace' } },
        params: { vectors: { size: 2, distance: 'Cosine' } },
      },
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/' ? { version: '1.16.3' } : { result: info, status: 'ok', time: 0 }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server = new QdrantServer({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
  try {
    const catalog = new CollectionCatalog(server, { space: 'test', dimension: 2 }, 50);
    const looks = () => asked.filter((url) => url.startsWith('/collections/')).length;
    for (let number = 0; number < 200; number += 1) await catalog.find(toNamespace(`n${number}`));
    await catalog.find(toNamespace('n199'));
    expect(looks()).toBe(200);
    await catalog.find(toNamespace('n0'));
    expect(looks()).toBe(201);
  } finally {
    await server.close();
    http.closeAllConnections();
    http.close();
  }
});
