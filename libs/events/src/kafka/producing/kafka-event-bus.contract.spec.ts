import { afterAll, beforeAll } from '@jest/globals';
import { describeEventBusContract } from '@sfm/memory/testing';
import type { Kafka } from 'kafkajs';
import { describeWith } from '../../../../../test/services/availability.js';
import { startKafka, type KafkaProcess } from '../../../../../test/services/kafka/kafka.js';
import { eventsOn, freshTopic, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { createKafkaClient } from '../connection/kafka-client.js';
import { KafkaEventBus } from './kafka-event-bus.js';

const describeKafka = await describeWith(['kafka']);

describeKafka('a Kafka broker that can be killed', () => {
  const topic = freshTopic();
  let server: KafkaProcess;
  let kafka: Kafka;
  let bus: KafkaEventBus;

  beforeAll(async () => {
    server = await startKafka();
    kafka = createKafkaClient({ brokers: server.brokers, clientId: 'contract', ...PATIENT }, recordedLog());
    bus = new KafkaEventBus(kafka, recordedLog(), { topic });
  });
  afterAll(async () => {
    await bus.disconnect();
    await server.stop();
  });

  describeEventBusContract('KafkaEventBus', () => ({
    bus,
    received: () => eventsOn(kafka, topic),
    spoil: (event) => ({ ...event, payload: { ...Object(event.payload), text: incompressible(2_000_000) } }),
    interrupt: () => server.kill(),
    restore: () => server.start(),
  }));
});

function incompressible(length: number): string {
  let seed = 1;
  const codes = Array.from({ length }, () => 33 + ((seed = (seed * 48_271) % 2_147_483_647) % 90));
  return codes.map((code) => String.fromCharCode(code)).join('');
}
