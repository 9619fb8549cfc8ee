import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { describeWith } from '../../../../../../test/services/availability.js';
import { startKafka, testKafka } from '../../../../../../test/services/kafka/kafka.js';
import { ConsumingWorld } from '../../../../test/consuming-harness.js';
import { PATIENT, recordedLog } from '../../../../test/kafka-fixtures.js';
import { createKafkaClient } from '../../connection/kafka-client.js';

const describeKafka = await describeWith(['kafka']);

describeKafka('LagReader', () => {
  let kafka: Kafka;
  beforeAll(async () => {
    kafka = createKafkaClient({ brokers: (await testKafka()).brokers, clientId: 'test', ...PATIENT }, recordedLog());
  });
  let world: ConsumingWorld | undefined;
  afterAll(() => world?.close());

  it('counts per partition what a group has not committed', async () => {
    world = new ConsumingWorld(kafka, 2);
    await world.createTopics();
    await world.sendRaw([0, 0, 1].map((partition) => ({ value: 'x', partition })));
    expect(await world.lag.read()).toEqual(
      new Map([
        [0, 2],
        [1, 1],
      ]),
    );
    const admin = kafka.admin();
    await admin.connect();
    await admin.setOffsets({ ...world, partitions: [{ partition: 0, offset: '1' }] });
    // What has expired cannot be waited for any more.
    await admin.deleteTopicRecords({ topic: world.topic, partitions: [{ partition: 1, offset: '1' }] });
    await admin.disconnect();
    expect(await world.lag.read()).toEqual(
      new Map([
        [0, 1],
        [1, 0],
      ]),
    );
  });

  it('answers again after the brokers were away', async () => {
    const server = await startKafka();
    const client = createKafkaClient({ brokers: server.brokers, clientId: 'test', ...PATIENT }, recordedLog());
    const own = new ConsumingWorld(client, 1);
    await own.createTopics();
    expect(await own.totalLag()).toBe(0);
    await server.kill();
    await expect(own.lag.read()).rejects.toThrow('broker unavailable');
    await server.start();
    await own.answers();
    expect(await own.totalLag()).toBe(0);
    await own.close();
    await server.stop();
  });
});
