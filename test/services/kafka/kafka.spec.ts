import { expect, it } from '@jest/globals';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeWith } from '../availability.js';
import { securedKafka, startKafka, testKafka } from './kafka.js';

const describeReal = await describeWith(['kafka']);

function connectTo(config: KafkaConfig): Kafka {
  return new Kafka({ logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 8 }, ...config });
}

async function createTopic(kafka: Kafka): Promise<string> {
  const topic = `test-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
  await admin.disconnect();
  return topic;
}

async function produce(kafka: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = kafka.producer({ idempotent: true, createPartitioner: () => () => 0 });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: values.map((value) => ({ key: 'key', value })) });
  } finally {
    await producer.disconnect();
  }
}

/** Reads `count` values as a consumer group, from the beginning. */
async function consume(kafka: Kafka, topic: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: `group-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
      if (values.push(message.value?.toString() ?? '') === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

async function roundTrip(config: KafkaConfig): Promise<string[]> {
  const kafka = connectTo(config);
  const topic = await createTopic(kafka);
  await produce(kafka, topic, ['one', 'two']);
  return consume(kafka, topic, 2);
}

describeReal('a Kafka for tests', () => {
  it('is one broker for the whole run that keeps the order of a partition', async () => {
    expect(await roundTrip(await testKafka())).toEqual(['one', 'two']);
  });

  it('makes no topic by itself', async () => {
    await expect(
      produce(connectTo({ ...(await testKafka()), retry: { retries: 1 } }), `test-${randomUUID()}`, ['x']),
    ).rejects.toThrow();
  });

  it('keeps what it acknowledged when it is killed and started again', async () => {
    const server = await startKafka();
    const kafka = connectTo(server);
    const topic = await createTopic(kafka);
    await produce(kafka, topic, ['kept']);
    await server.kill();
    await expect(
      connectTo({ ...server, retry: { retries: 0 } })
        .admin()
        .connect(),
    ).rejects.toThrow();
    await server.start();
    await produce(kafka, topic, ['new']);
    expect(await consume(kafka, topic, 2)).toEqual(['kept', 'new']);
    await server.stop();
    expect(server.pid).toBeUndefined();
  });
});

/** Fresh each time: the client keeps what it made of the first password in this object. */
function login(mechanism: SASLOptions['mechanism'], username: string, password: string): SASLOptions {
  switch (mechanism) {
    case 'plain':
    case 'scram-sha-256':
    case 'scram-sha-512':
      return { mechanism, username, password };
    default:
      throw new Error(`no such listener: ${mechanism}`);
  }
}

describeReal('a secured Kafka for tests', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
    'knows its user by %s, with and without TLS',
    async (mechanism) => {
      const { saslPlaintext, saslSsl, username, password, caFile } = await securedKafka();
      const ssl = { ca: await readFile(caFile, 'utf8') };
      const plain = { brokers: [...saslPlaintext], sasl: login(mechanism, username, password) };
      expect(await roundTrip(plain)).toHaveLength(2);
      expect(await roundTrip({ ...plain, brokers: [...saslSsl], ssl })).toHaveLength(2);
      const stranger = connectTo({ ...plain, sasl: login(mechanism, username, 'wrong'), retry: { retries: 0 } });
      await expect(stranger.admin().connect()).rejects.toThrow(/authentication/i);
    },
  );

  it('speaks TLS with a certificate of its own authority', async () => {
    const { ssl: brokers, caFile, certFile, keyFile, otherCaFile } = await securedKafka();
    const [ca, cert, key, otherCa] = await Promise.all(
      [caFile, certFile, keyFile, otherCaFile].map((file) => readFile(file, 'utf8')),
    );
    expect(await roundTrip({ brokers: [...brokers], ssl: { ca, cert, key } })).toHaveLength(2);
    const wary = connectTo({ brokers: [...brokers], ssl: { ca: otherCa }, retry: { retries: 0 } });
    await expect(wary.admin().connect()).rejects.toThrow(/certificate/i);
  });
});
