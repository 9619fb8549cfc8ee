import { connect } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { installBodyTimeouts } from './body-timeouts.js';

let fastify: FastifyInstance | undefined;
afterEach(() => fastify?.close());

it('refuses bodies that do not come in time, but for the route that may take longer', async () => {
  fastify = Fastify({ requestTimeout: 0, forceCloseConnections: true });
  const refused: string[] = [];
  fastify.server.on('clientError', (error: Error & { code?: string }, socket) => {
    refused.push(error.code ?? '');
    socket.destroy();
  });
  installBodyTimeouts(fastify, 20, '/long');
  for (const url of ['/short', '/long']) fastify.post(url, () => 'done');
  const address = new URL(await fastify.listen({ port: 0, host: '127.0.0.1' }));
  const half = (path: string) => {
    const socket = connect(Number(address.port), '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nab`);
    return socket;
  };
  // Has no connection to close: earlier than the others, it would be refused before them.
  const injected = new Readable({ read: () => undefined });
  void fastify.inject({ method: 'POST', url: '/short', headers: { 'content-type': 'text/plain' }, payload: injected });
  const long = half('/long');
  const short = half('/short').resume();
  await once(short, 'close');
  expect(new Set(refused)).toEqual(new Set(['ERR_HTTP_REQUEST_TIMEOUT']));
  long.write('cd');
  const [answer] = (await once(long, 'data')) as [Buffer];
  expect(answer.toString()).toContain('200 OK');
  long.destroy();
  injected.destroy();
});
