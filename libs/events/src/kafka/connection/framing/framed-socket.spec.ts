import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, type Admin } from 'kafkajs';
import { describeWith } from '../../../../../../test/services/availability.js';
import { testKafka } from '../../../../../../test/services/kafka/kafka.js';
import { waitFor } from '../../../../../../test/services/lifetime/wait-for.js';
import { CuttingProxy } from '../../../../test/cutting-proxy.js';
import { freshTopic, PATIENT, recordedLog } from '../../../../test/kafka-fixtures.js';
import { RawServer } from '../../../../test/raw-server.js';
import { framedSocket } from './framed-socket.js';
import { kafkaClientConfig } from '../kafka-client.js';
import { KafkaTopics } from '../../topics/kafka-topics.js';

const describeKafka = await describeWith(['kafka']);
const servers: RawServer[] = [];
const clients: Pick<Admin, 'disconnect'>[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.disconnect()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The same bytes in every run, as good as random. */
function noise(seed: number): Buffer {
  return createHash('sha512').update(String(seed)).digest();
}

describe('a Kafka client whose broker answers garbage', () => {
  const limits = { ...PATIENT, requestTimeoutMs: 300 };

  it.each([
    ['a size of 0', int32(0)],
    ['nothing but zeros', Buffer.alloc(4096)],
    ['a size of 3', Buffer.concat([int32(3), Buffer.alloc(16)])],
    ['a size of -1', Buffer.concat([int32(-1), Buffer.alloc(16)])],
    ['the smallest size', Buffer.concat([int32(-(2 ** 31)), Buffer.alloc(16)])],
    ['the largest size', Buffer.concat([int32(2 ** 31 - 1), Buffer.alloc(16)])],
    ['an answer to nothing', Buffer.concat([int32(12), Buffer.alloc(12, 'x')])],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ...Array.from({ length: 8 }, (_, seed): [string, Buffer] => [`noise ${seed}`, noise(seed)]),
  ])('is told so: %s', async (_name, garbage) => {
    const server = await RawServer.start((socket) => socket.on('data', () => socket.write(garbage)));
    servers.push(server);
    const config = kafkaClientConfig({ brokers: [server.broker], clientId: 'test', ...limits }, recordedLog());
    const admin = new Kafka({ ...config, retry: { retries: 0 } }).admin();
    clients.push(admin);
    await expect(admin.connect()).rejects.toThrow();
  });

  it('learns what the broker sent', async () => {
    const server = await RawServer.start((socket) => socket.on('data', () => socket.write(int32(-7))));
    servers.push(server);
    const config = kafkaClientConfig({ brokers: [server.broker], clientId: 'test', ...limits }, recordedLog());
    const admin = new Kafka({ ...config, retry: { retries: 0 } }).admin();
    clients.push(admin);
    await expect(admin.connect()).rejects.toThrow(
      `what ${server.broker} sends is no Kafka response: a response of -7 bytes is announced (first bytes: fffffff9)`,
    );
  });
});

describeKafka('a Kafka client whose connection is reset in the middle of a response', () => {
  let broker = '';
  beforeAll(async () => {
    [broker = ''] = (await testKafka()).brokers;
  });

  async function throughProxy(): Promise<{ readonly kafka: Kafka; readonly proxy: CuttingProxy }> {
    const sockets = new Set<Socket>();
    const { proxy, server } = await CuttingProxy.start(broker, async (client) => {
      const own = [...sockets].find(({ localPort }) => localPort === client.remotePort);
      // A reset overtakes what its receiver has not read yet.
      await waitFor(() => own?.bytesRead === client.bytesWritten, { what: () => 'half a response to arrive' });
    });
    servers.push(server);
    const config = kafkaClientConfig({ brokers: [broker], clientId: 'cut', ...PATIENT }, recordedLog());
    const socketFactory: typeof framedSocket = (destination) => {
      const socket = framedSocket({ ...destination, host: '127.0.0.1', port: server.port });
      sockets.add(socket);
      return socket;
    };
    return { proxy, kafka: new Kafka({ ...config, socketFactory }) };
  }

  it.each([0.01, 0.5, 0.99])('reads the next connection from its beginning: cut at %d', async (share) => {
    const { kafka, proxy } = await throughProxy();
    const admin = kafka.admin();
    clients.push(admin);
    await admin.connect();
    const topic = freshTopic();
    await new KafkaTopics(kafka, recordedLog()).ensure([{ topic, partitions: 3 }]);
    for (let cuts = 1; cuts <= 3; cuts += 1) {
      proxy.cutNext(share);
      await expect(admin.listTopics()).rejects.toThrow('ECONNRESET');
      expect(await admin.listTopics()).toContain(topic);
      expect(await admin.fetchTopicOffsets(topic)).toHaveLength(3);
      expect(proxy.cuts).toBe(cuts);
    }
  });
});

describe('a socket that the client has ended', () => {
  const opened = async (destination: Pick<Parameters<typeof framedSocket>[0], 'host' | 'port'>) => {
    const socket = framedSocket({ ...destination, onConnect: () => undefined });
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    return { socket, closed };
  };

  it('goes when the broker does not close its side', async () => {
    const server = await RawServer.start((socket) => socket.resume(), { allowHalfOpen: true });
    servers.push(server);
    const { socket, closed } = await opened({ host: '127.0.0.1', port: server.port });
    socket.end();
    await closed;
  });

  it('goes when the broker reads nothing of what was sent', async () => {
    const server = await RawServer.start((socket) => socket.pause(), { allowHalfOpen: true });
    servers.push(server);
    const { socket, closed } = await opened({ host: '127.0.0.1', port: server.port });
    socket.write(Buffer.alloc(32 * 1024 * 1024));
    socket.end();
    await closed;
    expect(socket.writableFinished).toBe(false);
  });

  it('hands on no answer that comes later', async () => {
    const answer = Buffer.concat([int32(8), Buffer.alloc(8)]);
    const server = await RawServer.start((socket) => socket.on('end', () => socket.end(answer)).resume(), {
      allowHalfOpen: true,
    });
    servers.push(server);
    const { socket, closed } = await opened({ host: '127.0.0.1', port: server.port });
    const answers: Buffer[] = [];
    socket.on('data', (chunk) => answers.push(chunk));
    socket.end();
    await closed;
    expect(socket.bytesRead).toBe(answer.length);
    expect(answers).toEqual([]);
  });

  it('does not connect any more', async () => {
    const server = await RawServer.start((socket) => socket.resume());
    servers.push(server);
    let hasConnected = false;
    const socket = framedSocket({ host: '127.0.0.1', port: server.port, onConnect: () => (hasConnected = true) });
    const closed = once(socket, 'close');
    socket.end();
    await closed;
    expect(hasConnected).toBe(false);
  });
});
