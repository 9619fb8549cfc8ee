import { once } from 'node:events';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServiceMetrics } from '@sfm/observability';
import { Registry } from 'prom-client';
import type { CallAdmission } from './calls/call-admission.js';
import { OpenCalls } from './calls/open-calls.js';
import { GrpcServer } from './grpc-server.js';

const KEEP_ALIVE_MS = 150;
/** What a client sends first: the preface of HTTP/2 and empty settings. */
const BEGINNING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

const whole = {
  kvStore: true,
  vectorStore: true,
  graphStore: true,
  predictionProvider: true,
  components: [],
} as const;

describe('a connection to the server of gRPC', () => {
  let server: GrpcServer;
  let port: number;

  beforeEach(async () => {
    const admission: Pick<CallAdmission, 'isOpen' | 'admit'> = { isOpen: () => true, admit: async () => undefined };
    server = new GrpcServer(
      { host: '127.0.0.1', port: 0, maxMessageBytes: 1000, requestTimeoutMs: 1000, keepAliveMs: KEEP_ALIVE_MS },
      {
        methods: { services: () => ({}), stop: () => undefined },
        calls: {
          admission: admission as CallAdmission,
          metrics: new ServiceMetrics(new Registry()),
          requestTimeoutMs: 1000,
          open: new OpenCalls(),
        },
        health: { read: async () => whole },
      },
    );
    port = await server.listen();
  });
  afterEach(() => server.close());

  it('is kept for a client that asks without pause whether it still is one', async () => {
    const client = http2.connect(`http://127.0.0.1:${port}`);
    await once(client, 'connect');
    for (let ping = 0; ping < 500; ping += 1) {
      await new Promise<void>((resolve, reject) => {
        client.ping((error) => (error ? reject(error) : resolve()));
      });
    }
    expect({ closed: client.closed, destroyed: client.destroyed }).toEqual({ closed: false, destroyed: false });
    client.close();
  });

  it('ends when nobody answers behind it, and only then', async () => {
    const alive = http2.connect(`http://127.0.0.1:${port}`);
    await once(alive, 'connect');
    const silent = connect(port, '127.0.0.1').on('error', () => undefined);
    silent.write(BEGINNING);
    silent.resume();
    const began = performance.now();
    await once(silent, 'close');
    // One interval until it is asked, one for its answer.
    expect(performance.now() - began).toBeGreaterThan(KEEP_ALIVE_MS);
    expect({ closed: alive.closed, destroyed: alive.destroyed }).toEqual({ closed: false, destroyed: false });
    alive.close();
  }, 10_000);
});
