import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { chooseRequestId } from './request-id.js';
import { installRequestId, requestIdOf } from './request-id.hooks.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the request id', () => {
  it.each(['7', 'a-b_c.d:e', '3f0c:recall_with_scores', 'x'.repeat(128)])('is taken from the client: %s', (sent) => {
    expect(chooseRequestId(sent)).toBe(sent);
  });

  it.each([undefined, '', 'a b', 'a\nb', 'x'.repeat(129), '"}{', 'ü'])('is made when %j is sent', (sent) => {
    expect(chooseRequestId(sent)).toMatch(UUID);
  });
});

describe('requests over real sockets', () => {
  let server: FastifyInstance;
  let address: string;

  beforeEach(async () => {
    server = fastify({ genReqId: requestIdOf });
    installRequestId(server);
    server.get('/', async (request) => ({ id: request.id }));
    address = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  const call = async (headers: Record<string, string>) => {
    const response = await fetch(address, { headers });
    return { sentBack: response.headers.get('x-request-id'), body: await response.json() };
  };

  it('send back the id the client gave, or one that was made', async () => {
    expect(await call({ 'x-request-id': 'abc-1' })).toEqual({ sentBack: 'abc-1', body: { id: 'abc-1' } });
    const { sentBack, body } = await call({});
    expect(sentBack).toMatch(UUID);
    expect(body).toEqual({ id: sentBack });
  });

  it('send it back with answers to paths that do not exist', async () => {
    const response = await fetch(new URL('/nothing', address), { headers: { 'x-request-id': 'abc-2' } });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([404, 'abc-2']);
  });
});
