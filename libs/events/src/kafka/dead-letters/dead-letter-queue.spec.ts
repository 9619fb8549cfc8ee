import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { BusUnavailableError } from '@sfm/memory';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { describeWith } from '../../../../../test/services/availability.js';
import { testKafka } from '../../../../../test/services/kafka/kafka.js';
import { freshTopic, messagesOn, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { DeadLetterQueue } from './dead-letter-queue.js';
import type { DeadLetterItem } from './dead-letter.js';
import { createKafkaClient } from '../connection/kafka-client.js';
import { deadLetterTopicOf, KafkaTopics, memoryTopics } from '../topics/kafka-topics.js';

const describeKafka = await describeWith(['kafka']);

const aMessage = (offset: number, change: Partial<KafkaMessage> = {}): KafkaMessage =>
  ({
    key: Buffer.from(`ns:${offset}`),
    value: Buffer.from(`{"number":${offset}}`),
    timestamp: '1700000000123',
    attributes: 0,
    offset: String(offset),
    headers: { 'memory-key': Buffer.from(String(offset)) },
    ...change,
  }) as KafkaMessage;

describeKafka('DeadLetterQueue', () => {
  const queues: DeadLetterQueue[] = [];
  let kafka: Kafka;
  let topic: string;
  let queue: DeadLetterQueue;
  const openQueue = () => {
    const opened = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(topic) });
    queues.push(opened);
    return opened;
  };
  const item = (offset: number, change: Partial<DeadLetterItem> = {}): DeadLetterItem => ({
    topic,
    partition: 0,
    message: aMessage(offset),
    reason: 'unknown event type',
    attempts: 3,
    ...change,
  });
  const idOf = (offset: number) => `${topic}/0/${offset}`;
  const listed = async (limit?: number) => (await openQueue().list({ limit })).map(({ id }) => id);

  beforeAll(async () => {
    kafka = createKafkaClient({ brokers: (await testKafka()).brokers, clientId: 'test', ...PATIENT }, recordedLog());
  });
  beforeEach(async () => {
    topic = freshTopic();
    await new KafkaTopics(kafka, recordedLog()).ensure(memoryTopics({ topic, partitions: 2 }));
    queue = openQueue();
  });
  afterAll(async () => {
    await Promise.all(queues.map((each) => each.disconnect()));
  });

  it('keeps a message unchanged with where it came from and why it is there', async () => {
    const bytes = Buffer.from([0, 255, 1, 128]);
    const message = aMessage(7, {
      value: bytes,
      headers: { a: [Buffer.from('1'), Buffer.from('2')], key: Buffer.from('k') },
    });
    const before = Date.now();
    await queue.add([item(7, { message, partition: 1, error: new TypeError('x'.repeat(10_000)) })]);
    const letter = await openQueue().get(`${topic}/1/7`);
    expect(letter).toMatchObject({
      id: `${topic}/1/7`,
      topic,
      partition: 1,
      offset: '7',
      timestamp: 1_700_000_000_123,
      reason: 'unknown event type',
      attempts: 3,
      key: Buffer.from('ns:7'),
      value: bytes,
      headers: message.headers,
    });
    expect(letter?.error).toMatch(/^TypeError: x+…$/);
    expect(letter?.error).toHaveLength(2000);
    expect(letter?.deadLetteredAt).toBeGreaterThanOrEqual(before);
    expect(await openQueue().get(`${topic}/1/8`)).toBeUndefined();
  });

  it('keeps messages that have no value or no key', async () => {
    await queue.add([
      item(1, { message: aMessage(1, { value: null }) }),
      item(2, { message: aMessage(2, { key: null }) }),
    ]);
    const [withoutValue, withoutKey] = await openQueue().list();
    expect(withoutValue).toMatchObject({ id: idOf(1), value: null });
    expect(withoutKey).toMatchObject({ id: idOf(2), key: null });
  });

  it('has a message once that was dead-lettered again, and counts it once', async () => {
    await queue.add([item(1), item(2)]);
    expect(await queue.count()).toBe(2);
    await queue.add([item(2, { attempts: 9 }), item(3)]);
    expect(await queue.count()).toBe(3);
    expect((await queue.list()).map(({ id, attempts }) => [id, attempts])).toEqual([
      [idOf(1), 3],
      [idOf(2), 9],
      [idOf(3), 3],
    ]);
  });

  it('lists the newest first of all, oldest first among them', async () => {
    await queue.add(Array.from({ length: 10 }, (_, offset) => item(offset)));
    expect(await listed(3)).toEqual([idOf(7), idOf(8), idOf(9)]);
    expect(await listed()).toHaveLength(10);
    expect(await listed(0)).toEqual([]);
  });

  it('is empty when there is no such topic', async () => {
    const nowhere = new DeadLetterQueue(kafka, { topic: freshTopic() });
    expect(await nowhere.count()).toBe(0);
    expect(await nowhere.list()).toEqual([]);
  });

  it('does not resolve when the brokers do not have the messages', async () => {
    const nowhere = new DeadLetterQueue(kafka, { topic: freshTopic() });
    await expect(nowhere.add([item(1)])).rejects.toThrow(BusUnavailableError);
    await nowhere.disconnect();
  });

  it('sends back what is asked for, as it was, and forgets it', async () => {
    await queue.add([1, 2, 3].map((offset) => item(offset)));
    const result = await openQueue().redrive([idOf(3), idOf(1), `${topic}/0/99`]);
    expect(result).toEqual({ redriven: [idOf(1), idOf(3)], missing: [`${topic}/0/99`], refused: [] });
    const back = (await messagesOn(kafka, topic)).map(({ message }) => message);
    expect(back).toHaveLength(2);
    const first = back.find(({ key }) => String(key) === 'ns:1');
    expect(first?.value).toEqual(Buffer.from('{"number":1}'));
    expect(first?.headers).toEqual({ 'memory-key': Buffer.from('1'), 'redriven-from': Buffer.from(idOf(1)) });
    expect(await listed()).toEqual([idOf(2)]);
    expect(await queue.count()).toBe(1);
  });

  it('changes nothing in a dry run', async () => {
    await queue.add([item(1), item(2)]);
    expect(await queue.redrive('all', { dryRun: true })).toMatchObject({ redriven: [idOf(1), idOf(2)] });
    expect(await messagesOn(kafka, topic)).toEqual([]);
    expect(await queue.count()).toBe(2);
  });

  it('sends all back and tells how far it is', async () => {
    const total = 2500;
    await queue.add(Array.from({ length: total }, (_, offset) => item(offset)));
    const progress: [number, number][] = [];
    const { redriven } = await openQueue().redrive('all', { onProgress: (...step) => void progress.push(step) });
    expect(redriven).toHaveLength(total);
    expect(progress.at(-1)).toEqual([total, total]);
    expect(await messagesOn(kafka, topic)).toHaveLength(total);
    expect(await queue.count()).toBe(0);
    expect(await openQueue().redrive('all')).toEqual({ redriven: [], missing: [], refused: [] });
  });

  it('gives up what is asked for, or all, and puts nothing back', async () => {
    const total = 2500;
    await queue.add(Array.from({ length: total }, (_, offset) => item(offset)));
    expect(await queue.dismiss('all', { dryRun: true })).toMatchObject({ dismissed: { length: total } });
    const result = await queue.dismiss([idOf(3), idOf(1), `${topic}/0/9999`]);
    expect(result).toEqual({ dismissed: [idOf(1), idOf(3)], missing: [`${topic}/0/9999`] });
    expect(await queue.count()).toBe(total - 2);
    const progress: [number, number][] = [];
    await openQueue().dismiss('all', { onProgress: (...step) => void progress.push(step) });
    expect(progress).toEqual([1000, 2000, total - 2].map((done) => [done, total - 2]));
    expect(await listed()).toEqual([]);
    expect(await messagesOn(kafka, topic)).toEqual([]);
    await queue.add([item(1)]);
    expect(await listed()).toEqual([idOf(1)]);
  });

  it('can be dead-lettered again after it was sent back', async () => {
    await queue.add([item(1)]);
    await queue.redrive('all');
    await queue.add([item(1, { reason: 'still unknown' })]);
    expect(await queue.list()).toMatchObject([{ id: idOf(1), reason: 'still unknown' }]);
  });

  it('keeps what its topic does not take back, and sends back the rest', async () => {
    const small = freshTopic();
    await new KafkaTopics(kafka, recordedLog()).ensure([{ topic: small, settings: { 'max.message.bytes': '1000' } }]);
    const noise = randomBytes(3000);
    await queue.add([
      item(1, { topic: small }),
      item(2, { topic: small, message: aMessage(2, { value: noise }) }),
      item(3, { topic: small }),
    ]);
    const result = await queue.redrive('all');
    expect(result.redriven).toEqual([`${small}/0/1`, `${small}/0/3`]);
    expect(result.refused).toEqual([{ id: `${small}/0/2`, reason: expect.stringContaining('max message size') }]);
    expect(await listed()).toEqual([`${small}/0/2`]);
  });
});
