import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { dropIdleReader } from './idle-reader.js';

const PATIENCE_MS = 150;
/** More than the buffers of two sockets hold. */
const ANSWER = 'x'.repeat(32 * 1024 * 1024);

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer((request, response) => {
    dropIdleReader(response, PATIENCE_MS);
    if (request.url === '/large') response.end(ANSWER);
    else setTimeout(() => response.end('late'), PATIENCE_MS * 3);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string) => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return socket;
};

it('a client that does not read its answer loses the connection', async () => {
  const accepted = once(server, 'connection');
  const socket = ask('/large');
  socket.pause();
  const [connection] = (await accepted) as [ReturnType<typeof connect>];
  await once(connection, 'close');
  socket.destroy();
  expect(connection.bytesWritten).toBeLessThan(ANSWER.length * 2);
  expect(connection.destroyed).toBe(true);
});

it('one that waits for its answer longer than that gets it, and so does one that reads slowly', async () => {
  const texts = await Promise.all(
    ['/late', '/large'].map(async (path) => {
      const socket = ask(path);
      let bytes = 0;
      let end = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        end = chunk.toString('latin1').slice(-4);
        // Reads on at the next turn only.
        await new Promise((resume) => setImmediate(resume));
      }
      return { bytes, end };
    }),
  );
  expect(texts[0]?.end).toBe('late');
  expect(texts[1]?.bytes).toBeGreaterThan(ANSWER.length);
});

it('a connection that nobody uses is closed as before', async () => {
  server.keepAliveTimeout = 1;
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
});
