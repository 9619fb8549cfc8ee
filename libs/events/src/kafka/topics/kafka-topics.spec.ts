import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BusUnavailableError } from '@sfm/memory';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ResourcePatternTypes,
  type Admin,
  type Kafka,
} from 'kafkajs';
import { describeWith } from '../../../../../test/services/availability.js';
import { startKafka, type KafkaProcess } from '../../../../../test/services/kafka/kafka.js';
import { waitFor } from '../../../../../test/services/lifetime/wait-for.js';
import { freshTopic, PATIENT, recordedLog } from '../../../test/kafka-fixtures.js';
import { createKafkaClient } from '../connection/kafka-client.js';
import { protocolErrorsOf } from '../connection/kafka-errors.js';
import { deadLetterTopicOf, KafkaTopics, memoryTopics } from './kafka-topics.js';

const describeKafka = await describeWith(['kafka']);

/** Everybody may do everything that no rule forbids; the broker itself works without a name here. */
const WITH_RULES = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
};

describeKafka('KafkaTopics', () => {
  let server: KafkaProcess;
  let kafka: Kafka;
  let admin: Admin;
  const partitionsOf = async (topic: string) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length;
  };

  beforeAll(async () => {
    server = await startKafka({ properties: WITH_RULES });
    kafka = createKafkaClient({ brokers: server.brokers, clientId: 'test', ...PATIENT }, recordedLog());
    admin = kafka.admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin.disconnect();
    await server.stop();
  });

  it('creates the topic of the events, and one beside it that keeps dead-lettered messages until they are sent back', async () => {
    const topic = freshTopic();
    await new KafkaTopics(kafka, recordedLog()).ensure(memoryTopics({ topic }));
    expect(await partitionsOf(topic)).toBe(6);
    const deadLetters = deadLetterTopicOf(topic);
    expect(await partitionsOf(deadLetters)).toBe(1);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: deadLetters, configNames: ['cleanup.policy', 'max.message.bytes'] },
      ],
    });
    const settings = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(settings ?? [])).toEqual({ 'cleanup.policy': 'compact', 'max.message.bytes': '2097152' });
  });

  it('lets several processes do it at once, and again', async () => {
    const topics = [{ topic: freshTopic(), partitions: 3 }];
    const logs = Array.from({ length: 6 }, recordedLog);
    await Promise.all(logs.map((log) => new KafkaTopics(kafka, log).ensure(topics)));
    await new KafkaTopics(kafka, recordedLog()).ensure(topics);
    expect(await partitionsOf(topics[0]?.topic ?? '')).toBe(3);
    expect(logs.flatMap(({ lines }) => lines)).toHaveLength(1);
  });

  it('leaves an existing topic with fewer partitions as it is and says so', async () => {
    const topic = freshTopic();
    const log = recordedLog();
    await new KafkaTopics(kafka, log).ensure([{ topic, partitions: 1 }]);
    await new KafkaTopics(kafka, log).ensure([{ topic, partitions: 4 }]);
    expect(await partitionsOf(topic)).toBe(1);
    expect(log.lines.at(-1)).toContain(`${topic} has 1 partitions, 4 are configured`);
  });

  it('says what to create when this user may not', async () => {
    const everybody = { principal: 'User:*', host: '*', resourcePatternType: ResourcePatternTypes.LITERAL };
    const cluster = { ...everybody, resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster' };
    const forbidden = freshTopic();
    await admin.createAcls({
      acl: [
        { ...cluster, operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
        { ...cluster, operation: AclOperationTypes.CREATE, permissionType: AclPermissionTypes.DENY },
        {
          ...everybody,
          resourceType: AclResourceTypes.TOPIC,
          resourceName: forbidden,
          operation: AclOperationTypes.CREATE,
          permissionType: AclPermissionTypes.DENY,
        },
      ],
    });
    // The rules are in force a moment after the broker has taken them.
    await waitFor(async () => {
      const rehearsal = { topics: [{ topic: forbidden }], validateOnly: true, waitForLeaders: false };
      const problems = await admin.createTopics(rehearsal).then((): readonly string[] => [], protocolErrorsOf);
      return problems.includes('TOPIC_AUTHORIZATION_FAILED');
    });
    const failure = new KafkaTopics(kafka, recordedLog()).ensure([{ topic: forbidden, partitions: 2 }]);
    await expect(failure).rejects.toThrow(BusUnavailableError);
    await expect(failure).rejects.toThrow(`may not create topic ${forbidden}: create it (partitions=2`);
  });

  it('says which settings the brokers refuse', async () => {
    const failure = new KafkaTopics(kafka, recordedLog()).ensure([{ topic: freshTopic(), replicationFactor: 3 }]);
    await expect(failure).rejects.toThrow(/cannot be created \(partitions=6, replication factor=3/);
  });
});
