import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { chooseRequestId, currentRequestId, runWithRequestId } from './request-context.js';
import { installRequestContext, requestIdOf } from './request-context.hooks.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the request id', () => {
  it.each(['7', 'a-b_c.d:e', '3f0c:recall_with_scores', 'x'.repeat(128)])('is taken from the client: %s', (sent) => {
    expect(chooseRequestId(sent)).toBe(sent);
  });

  it.each([undefined, '', 'a b', 'a\nb', 'x'.repeat(129), '"}{', 'ü'])('is made when %j is sent', (sent) => {
    expect(chooseRequestId(sent)).toMatch(UUID);
  });

  it('is known inside, nested innermost, and nowhere else', () => {
    runWithRequestId('outer', () => {
      runWithRequestId('inner', () => expect(currentRequestId()).toBe('inner'));
      expect(currentRequestId()).toBe('outer');
    });
    expect(currentRequestId()).toBeUndefined();
  });
});

describe('requests over real sockets', () => {
  const bodyAwaited = new Map<string, () => void>();
  let server: FastifyInstance;
  let address: string;

  beforeEach(async () => {
    server = fastify({ genReqId: requestIdOf });
    installRequestContext(server);
    server.addHook('preParsing', (request, reply, _payload, done) => {
      void reply.header('before-body', currentRequestId() ?? 'none');
      bodyAwaited.get(request.id)?.();
      done();
    });
    server.post('/', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { id: currentRequestId() };
    });
    address = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => server.close());

  /** Sends the body only after the server began to wait for it, as slow clients do. */
  const callSlowly = async (id: string) => {
    const isAwaited = new Promise<void>((resolve) => bodyAwaited.set(id, resolve));
    const headers = { 'content-type': 'application/json', 'x-request-id': id };
    const call = request(address, { method: 'POST', headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.on('response', resolve).on('error', reject),
    );
    call.flushHeaders();
    await isAwaited;
    call.end(JSON.stringify({ text: 'x'.repeat(1000) }));
    const response = await answered;
    const body: unknown = await json(response);
    return [response.headers['before-body'], body, response.headers['x-request-id']];
  };

  it('know their own id before and after their body is read, side by side, and send it back', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `request-${index}`);
    expect(await Promise.all(ids.map(callSlowly))).toEqual(ids.map((id) => [id, { id }, id]));
  });

  it('get an id when the client sends none', async () => {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const made = response.headers.get('x-request-id');
    expect(made).toMatch(UUID);
    expect(await response.json()).toEqual({ id: made });
  });
});
