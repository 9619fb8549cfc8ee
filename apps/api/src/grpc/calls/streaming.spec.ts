import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  status,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import type { CallAdmission } from './call-admission.js';
import { callFacts } from './call-facts.js';
import { GrpcCall, noteCall } from './grpc-call.js';
import { streaming } from './streaming.js';

const PATH = '/test.Stream/Read';
const same = (bytes: Buffer) => bytes;
const METHOD = {
  path: PATH,
  requestStream: false,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;
const SERVICE: ServiceDefinition = { Read: METHOD };
const open: Pick<CallAdmission, 'openScope' | 'closeScope'> = {
  openScope: () => Promise.resolve(),
  closeScope: () => Promise.resolve(),
};

/** A server whose only method streams large messages without end, and a client of it. */
class Endless {
  made = 0;
  ended = 0;
  readonly stopping = new AbortController();
  private tellEnd: () => void = () => undefined;
  readonly whenEnded = new Promise<void>((resolve) => (this.tellEnd = resolve));
  private readonly server: Server;
  private client: Client | undefined;

  constructor(patienceMs: number) {
    this.server = new Server({
      interceptors: [
        (definition, next) =>
          new ServerInterceptingCall(next, {
            start: (proceed) =>
              proceed({
                onReceiveMetadata: (metadata, goOn) => {
                  noteCall(metadata, new GrpcCall(callFacts(definition, metadata, next.getPeer())));
                  goOn(metadata);
                },
              }),
          }),
      ],
    });
    const parts = { admission: open, stopping: this.stopping.signal, patienceMs };
    this.server.addService(SERVICE, { Read: streaming(() => this.messages(), parts) });
  }

  async read() {
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    return this.client.makeServerStreamRequest(PATH, same, same, Buffer.alloc(0), new Metadata());
  }

  close(): void {
    this.client?.close();
    this.server.forceShutdown();
  }

  private async *messages(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        this.made += 1;
        yield Buffer.alloc(2 ** 20);
      }
    } finally {
      this.ended += 1;
      this.tellEnd();
    }
  }
}

describe('a stream', () => {
  let endless: Endless;
  beforeEach(() => {
    endless = new Endless(300);
  });
  afterEach(() => endless.close());

  it('makes no message before the last one is on its way, and ends for a caller that takes none', async () => {
    const stream = await endless.read();
    // The client takes everything until it is read once, and then sixteen messages ahead.
    await once(stream, 'data');
    stream.pause();
    await endless.whenEnded;
    expect(endless.made).toBeLessThan(32);
    // The status travels behind what is not read yet.
    const [error] = (await once(stream.resume(), 'error')) as [ServiceError];
    expect(error).toMatchObject({ code: status.ABORTED, details: expect.stringMatching(/does not read/) });
    expect(endless.ended).toBe(1);
  });

  it('ends when the service stops', async () => {
    const stream = await endless.read();
    await once(stream, 'data');
    endless.stopping.abort();
    const [error] = (await once(stream.resume(), 'error')) as [ServiceError];
    expect(error).toMatchObject({ code: status.UNAVAILABLE });
    expect(endless.ended).toBe(1);
  });
});
