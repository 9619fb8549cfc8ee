import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { runScript } from './run-script.js';

/** A service that others use: somebody's memory always waits, never for long. */
describe('verify_full_stack.sh on a busy service', () => {
  let server: Server;
  let isDeleted = false;
  const answer = async (request: IncomingMessage): Promise<[status: number, body: string]> => {
    const body = await text(request);
    if (request.method === 'DELETE') isDeleted = true;
    if (request.url === '/store' && request.headers.authorization === undefined) return [401, ''];
    if (request.url === '/metrics') {
      return [200, 'api_requests_total{route="/store"} 1\nsoma_oldest_unindexed_age_seconds 0.001\n'];
    }
    if (request.url === '/recall') {
      const { filters }: { filters: object } = JSON.parse(body);
      return [200, JSON.stringify({ matches: isDeleted ? [] : [filters] })];
    }
    if (request.url === '/collections') return [request.headers['api-key'] === 'of-qdrant' ? 200 : 401, ''];
    return [200, ''];
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      void answer(request).then(([status, body]) => response.writeHead(status).end(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
  });

  it('waits for what was stored before, not for a moment without any, and shows Qdrant its key', async () => {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    const settings = { SOMA_API_TOKEN: 'token', QDRANT_API_KEY: 'of-qdrant' };
    const outcome = await runScript('scripts/verify_full_stack.sh', ['--url', url, '--qdrant-url', url], { settings });
    expect(outcome).toEqual({ status: 0, output: expect.stringContaining('checks passed') });
  });
});
