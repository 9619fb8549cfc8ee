import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { IndexUnavailableError, openBudget, RequestEndedError, withBudget } from '@sfm/memory';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates, type TestCertificates } from '../../../../../test/services/programs/certificates.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { freePort } from '../../../../../test/services/lifetime/free-port.js';
import { qdrantAddress, type QdrantConnectionOptions } from './qdrant-connection.js';
import { QdrantHealth } from './qdrant-health.js';
import { QdrantServer } from './qdrant-server.js';

const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Answers as a Qdrant would, with what the test says. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return isAddress(address) ? address.port : 0;
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function connect(options: QdrantConnectionOptions): QdrantServer {
  const server = new QdrantServer(options);
  opened.push(() => server.close());
  return server;
}

const ANSWER: RequestListener = (request, response) => {
  const body =
    request.url === '/'
      ? { title: 'qdrant', version: '1.16.3' }
      : { result: { exists: false, points: [] }, status: 'ok' };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
};

const exists = (server: QdrantServer) =>
  server.call((api, init) => api.collectionExists({ collection_name: 'c' }, init));

const search = (server: QdrantServer) => server.query('c', { query: [1], limit: 1 });

describe('the address of Qdrant', () => {
  it.each<[QdrantConnectionOptions, ReturnType<typeof qdrantAddress>]>([
    [{ url: 'http://q:7000' }, { host: 'q', port: 7000, https: false, prefix: '' }],
    [{ url: 'https://q' }, { host: 'q', port: 6333, https: true, prefix: '' }],
    [{ url: 'https://q:443/db/' }, { host: 'q', port: 443, https: true, prefix: '/db' }],
    [
      { url: 'http://q:80', host: 'other', tls: true },
      { host: 'q', port: 80, https: false, prefix: '' },
    ],
    [{ host: 'q' }, { host: 'q', port: 6333, https: false, prefix: '' }],
    [
      { host: 'q', port: 1234, tls: true },
      { host: 'q', port: 1234, https: true, prefix: '' },
    ],
    [{ host: '::1' }, { host: '[::1]', port: 6333, https: false, prefix: '' }],
    [{ url: 'http://[::1]:6333' }, { host: '[::1]', port: 6333, https: false, prefix: '' }],
  ])('of %j is %j', (options, address) => {
    expect(qdrantAddress(options)).toEqual(address);
  });

  it('is needed, and an http one', () => {
    expect(() => qdrantAddress({})).toThrow(/url or a host/);
    expect(() => qdrantAddress({ url: 'grpc://q:6334' })).toThrow(/http/);
  });
});

describe('a Qdrant over TLS', () => {
  let folder: string;
  let tls: TestCertificates;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sfm-qdrant-tls-'));
    tls = await makeCertificates(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function securedPort(): Promise<number> {
    const [cert, key] = await Promise.all([readFile(tls.serverCertFile), readFile(tls.serverKeyFile)]);
    return listen(createTlsServer({ cert, key }, ANSWER));
  }

  it('is trusted through the given authority, by host and by url', async () => {
    const port = await securedPort();
    const byHost = connect({ host: '127.0.0.1', port, tls: true, caFile: tls.caFile });
    const byUrl = connect({ url: `https://localhost:${port}`, caFile: tls.caFile });
    for (const server of [byHost, byUrl]) expect(await server.version()).toBe('1.16.3');
  });

  it('is not trusted without it, or through another one, and the message says what to set', async () => {
    const port = await securedPort();
    for (const caFile of [undefined, tls.otherCaFile]) {
      const server = connect({ host: '127.0.0.1', port, tls: true, ...(caFile === undefined ? {} : { caFile }) });
      await expect(server.version()).rejects.toThrow(IndexUnavailableError);
      await expect(server.version()).rejects.toThrow(/certificate .* is not trusted \(\w+\): set QDRANT_TLS_CERT/);
    }
  });

  it('needs an authority that can be read', () => {
    expect(() => connect({ host: 'q', tls: true, caFile: join(folder, 'absent.pem') })).toThrow(
      /absent\.pem cannot be read/,
    );
  });
});

describe.each<[string, (server: QdrantServer) => Promise<unknown>, unknown]>([
  ['calls to Qdrant', exists, { exists: false, points: [] }],
  ['searches of Qdrant', search, []],
])('%s', (_name, ask, answer) => {
  /** Answers the first requests with the given statuses (0 cuts the connection), all others well. */
  async function failingAtFirst(...statuses: number[]): Promise<{ server: QdrantServer; requests: () => number }> {
    let count = 0;
    const port = await listen(
      createServer((request, response) => {
        const status = statuses[count++];
        if (status === undefined) ANSWER(request, response);
        else if (status === 0) request.socket.destroy();
        else response.writeHead(status).end('{"status":{"error":"as told"}}');
      }),
    );
    return { server: connect({ host: '127.0.0.1', port, timeoutMs: 5000 }), requests: () => count };
  }

  it.each([[[0, 0]], [[503, 429]], [[502]]])('are repeated after %j', async (statuses) => {
    const { server, requests } = await failingAtFirst(...statuses);
    expect(await ask(server)).toEqual(answer);
    expect(requests()).toBe(statuses.length + 1);
  });

  it('give up after the third try', async () => {
    const { server, requests } = await failingAtFirst(503, 503, 503);
    await expect(ask(server)).rejects.toThrow(/failed \(503\): as told/);
    expect(requests()).toBe(3);
  });

  it.each([
    [400, /refused \(400\): as told/],
    [401, /correct QDRANT_API_KEY/],
    [500, /failed \(500\): as told/],
  ])('that are answered with %d are not repeated', async (status, message) => {
    const { server, requests } = await failingAtFirst(status);
    await expect(ask(server)).rejects.toThrow(message);
    expect(requests()).toBe(1);
  });

  it('end when the time is over, tries included', async () => {
    const port = await listen(createServer(() => {}));
    const server = connect({ host: '127.0.0.1', port, timeoutMs: 150 });
    await expect(ask(server)).rejects.toThrow(/did not answer within 150 ms/);
  });

  it('end with the request of a caller who hangs up, and say so', async () => {
    let closed = 0;
    let asked = 0;
    const port = await listen(
      createServer((request) => {
        asked += 1;
        request.socket.once('close', () => (closed += 1));
      }),
    );
    const server = connect({ host: '127.0.0.1', port, timeoutMs: 60_000 });
    const { budget, hangUp } = openBudget(60_000);
    const asking = withBudget(budget, () => ask(server));
    asking.catch(() => undefined);
    await waitFor(() => asked === 1);
    hangUp();
    await expect(asking).rejects.toThrow(RequestEndedError);
    await waitFor(() => closed === 1);
    expect(asked).toBe(1);
    expect(budget).toMatchObject({ listeners: { size: 0 } });
  });

  it('ask for uncompressed answers and carry the key', async () => {
    const seen: unknown[] = [];
    const port = await listen(
      createServer((request, response) => {
        seen.push([request.headers['accept-encoding'], request.headers['api-key']]);
        ANSWER(request, response);
      }),
    );
    await ask(connect({ host: '127.0.0.1', port, apiKey: 'secret' }));
    expect(seen).toEqual([['identity', 'secret']]);
  });
});

describe('a collection whose replica is not active yet', () => {
  const words = 'Service internal error: Failed to apply operation to at least one `Active` replica. Please retry.';

  function refusing(times: number): Server {
    let count = 0;
    return createServer((request, response) => {
      if (count++ >= times) ANSWER(request, response);
      else response.writeHead(500).end(JSON.stringify({ status: { error: words } }));
    });
  }

  it.each([
    ['a call', exists, { exists: false, points: [] }],
    ['a search', search, []],
  ])('takes %s once it is, as often as it has to be tried', async (_name, ask, answer) => {
    const port = await listen(refusing(5));
    expect(await ask(connect({ host: '127.0.0.1', port, timeoutMs: 30_000 }))).toEqual(answer);
  });

  it('is what the failure tells of when the time is over', async () => {
    const port = await listen(refusing(Infinity));
    const asked = exists(connect({ host: '127.0.0.1', port, timeoutMs: 600 }));
    await expect(asked).rejects.toThrow(/failed \(500\): .*`Active` replica/);
  });
});

describe('an answer that is no list of points', () => {
  it.each(['{}', '{"result":null}', '{"result":{"points":[{"id":1}]}}', '<html>'])('is a failure: %s', async (body) => {
    const port = await listen(createServer((_request, response) => void response.end(body)));
    await expect(search(connect({ host: '127.0.0.1', port, timeoutMs: 400 }))).rejects.toThrow(IndexUnavailableError);
  });
});

describe('the health of Qdrant', () => {
  it('is good with its version', async () => {
    const port = await listen(createServer(ANSWER));
    expect(await new QdrantHealth(connect({ host: '127.0.0.1', port })).check()).toEqual({
      isUp: true,
      version: '1.16.3',
    });
  });

  it('is bad when it does not answer, keeps everybody out, or is too old', async () => {
    const away = connect({ host: '127.0.0.1', port: await freePort() });
    expect(await new QdrantHealth(away).check()).toMatchObject({
      isUp: false,
      problem: expect.stringMatching(/ECONN/),
    });
    const locked = await listen(
      createServer((request, response) => {
        if (request.url === '/') ANSWER(request, response);
        else response.writeHead(401).end();
      }),
    );
    const check = new QdrantHealth(connect({ host: '127.0.0.1', port: locked })).check();
    expect(await check).toMatchObject({ isUp: false, problem: expect.stringMatching(/API key/) });
    const old = await listen(
      createServer((_request, response) => {
        response.setHeader('content-type', 'application/json').end('{"version":"1.9.2","result":{"exists":false}}');
      }),
    );
    const problem = 'Qdrant 1.9.2 is too old: 1.16 or newer is needed';
    const aged = new QdrantHealth(connect({ host: '127.0.0.1', port: old })).check();
    expect(await aged).toEqual({ isUp: false, version: '1.9.2', problem });
  });
});
