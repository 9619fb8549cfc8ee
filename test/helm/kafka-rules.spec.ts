import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createKafkaClient,
  deadLetterTopicOf,
  DeadLetterQueue,
  EventTopic,
  EventValidator,
  KafkaEventBus,
  KafkaTopics,
  MEMORY_EVENTS_TOPIC,
  memoryTopics,
} from '@sfm/events';
import { toNamespace, type EventRecord } from '@sfm/memory';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
  type AclEntry,
  type Kafka,
  type KafkaMessage,
} from 'kafkajs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describeWith } from '../services/availability.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { CHART } from './chart.js';

const describeKafka = await describeWith(['kafka']);

interface Rule {
  readonly resource: { type: 'topic' | 'group'; name: string; patternType: 'literal' | 'prefix' };
  readonly operations: readonly ('Delete' | 'Describe' | 'Read' | 'Write')[];
}
const RESOURCES = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP };
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefix: ResourcePatternTypes.PREFIXED };
const OPERATIONS = {
  Delete: AclOperationTypes.DELETE,
  Describe: AclOperationTypes.DESCRIBE,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
};
/** What the client says: the error of a group that it may not join hides why. */
const said: string[] = [];
const say = (message: string) => void said.push(message);
const LOG = { log: say, warn: say, error: say };
const EVENT_ID = '0b36b2a6-7e25-4f3c-8a0e-6a0f3f5e9d11';
const EVENT: EventRecord = {
  key: '1',
  version: 1,
  event: {
    event_id: EVENT_ID,
    id: EVENT_ID,
    namespace: toNamespace('ns'),
    type: 'created',
    payload: { text: 'hello', coordinate: [1], memory_type: 'semantic' },
    timestamp: '2026-01-02T03:04:05.678Z',
  },
};

function rulesOfTheExample(): readonly Rule[] {
  const text = readFileSync(path.join(CHART, 'examples', 'strimzi', 'kafka.yaml'), 'utf8');
  const documents: { kind: string; spec: { authorization?: { acls: Rule[] } } }[] = parseAllDocuments(text).map(
    (document) => document.toJS(),
  );
  return documents.find(({ kind }) => kind === 'KafkaUser')?.spec.authorization?.acls ?? [];
}

/** What the rules say for whoever comes without a name, which is everybody here. */
function entriesOf(rules: readonly Rule[]): AclEntry[] {
  return rules.flatMap(({ resource, operations }) =>
    operations.map((operation) => ({
      principal: 'User:ANONYMOUS',
      host: '*',
      permissionType: AclPermissionTypes.ALLOW,
      operation: OPERATIONS[operation],
      resourceType: RESOURCES[resource.type],
      resourceName: resource.name,
      resourcePatternType: PATTERNS[resource.patternType],
    })),
  );
}

/** With them nobody may do to topics and groups what no rule allows, and to the cluster nothing but what a broker must. */
function everythingElse(): AclEntry[] {
  const all = { host: '*', resourcePatternType: ResourcePatternTypes.LITERAL };
  const cluster = { ...all, resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster' };
  const { ALL, CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS, IDEMPOTENT_WRITE, ALTER, ALTER_CONFIGS } = AclOperationTypes;
  return [
    ...[AclResourceTypes.TOPIC, AclResourceTypes.GROUP].map((resourceType) => ({
      ...all,
      principal: 'User:nobody',
      permissionType: AclPermissionTypes.ALLOW,
      operation: ALL,
      resourceType,
      resourceName: '*',
    })),
    { ...cluster, principal: 'User:*', permissionType: AclPermissionTypes.ALLOW, operation: ALL },
    ...[CREATE, DELETE, DESCRIBE, DESCRIBE_CONFIGS, IDEMPOTENT_WRITE, ALTER_CONFIGS, ALTER].map((operation) => ({
      ...cluster,
      principal: 'User:ANONYMOUS',
      permissionType: AclPermissionTypes.DENY,
      operation,
    })),
  ];
}

describeKafka(
  'the user of the example for Strimzi, at a broker that allows what its rules say and nothing else',
  () => {
    let server: KafkaProcess;
    let kafka: Kafka;
    const closing: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      server = await startKafka({
        properties: {
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          'allow.everyone.if.no.acl.found': 'true',
        },
      });
      kafka = createKafkaClient({ brokers: server.brokers, clientId: 'test' }, LOG);
      await new KafkaTopics(kafka, LOG).ensure(memoryTopics());
      const admin = kafka.admin();
      await admin.connect();
      // The broker makes the topic of the groups' offsets for the first member, and in the name of nobody, who may not afterwards.
      await consumeNothing('before-the-rules');
      await admin.createAcls({ acl: [...entriesOf(rulesOfTheExample()), ...everythingElse()] });
      // The rules are in force a moment after the broker has taken them.
      await waitFor(async () => {
        const rehearsal = { topics: [{ topic: 'another' }], validateOnly: true, waitForLeaders: false };
        return admin.createTopics(rehearsal).then(
          () => false,
          () => true,
        );
      });
      await admin.disconnect();
    });
    afterAll(async () => {
      await Promise.all(closing.map((close) => close()));
      await server.stop();
    });

    /** Joins a group and leaves it. */
    async function consumeNothing(groupId: string): Promise<void> {
      const consumer = kafka.consumer({ groupId });
      await consumer.connect();
      await consumer.subscribe({ topic: MEMORY_EVENTS_TOPIC });
      await new Promise<void>((resolve, reject) => {
        consumer.on('consumer.group_join', () => {
          resolve();
        });
        consumer.run({ eachMessage: () => Promise.resolve() }).catch(reject);
      });
      await consumer.disconnect();
    }

    /** Reads one event as a member of a group and commits it. */
    async function consumeOne(groupId: string): Promise<string> {
      const consumer = kafka.consumer({
        groupId,
        retry: { restartOnFailure: () => Promise.resolve(false) },
      });
      closing.push(() => consumer.disconnect());
      await consumer.connect();
      await consumer.subscribe({ topic: MEMORY_EVENTS_TOPIC, fromBeginning: true });
      return new Promise<string>((resolve, reject) => {
        consumer.on('consumer.crash', ({ payload }) => {
          reject(payload.error);
        });
        const eachMessage = async ({ partition, message }: { partition: number; message: KafkaMessage }) => {
          const offset = String(BigInt(message.offset) + 1n);
          await consumer.commitOffsets([{ topic: MEMORY_EVENTS_TOPIC, partition, offset }]);
          resolve(String(message.value));
        };
        consumer.run({ autoCommit: false, eachMessage }).catch(reject);
      });
    }

    it('finds its topics, publishes, consumes, replays and dead-letters', async () => {
      const topics = new KafkaTopics(kafka, LOG);
      await topics.ensure(memoryTopics());
      const bus = new KafkaEventBus(kafka, LOG);
      const deadLetters = new DeadLetterQueue(kafka, { topic: deadLetterTopicOf(MEMORY_EVENTS_TOPIC) });
      closing.push(
        () => bus.disconnect(),
        () => deadLetters.disconnect(),
      );
      expect(await bus.publish([EVENT])).toMatchObject({ published: [EVENT_ID] });
      expect(await consumeOne('soma-consumer-group')).toContain(EVENT_ID);

      const replayed: EventRecord[] = [];
      const rules = { validator: new EventValidator(), maxDimensions: 64 };
      const topic = new EventTopic(kafka, { topic: MEMORY_EVENTS_TOPIC, rules, groupPrefix: 'soma-replay' });
      await topic.read((records) => Promise.resolve(void replayed.push(...records)));
      expect(replayed.map(({ event }) => event.event_id)).toEqual([EVENT_ID]);

      const message = { key: null, value: Buffer.from('{}'), timestamp: '1', attributes: 0, offset: '7', headers: {} };
      const origin = { topic: MEMORY_EVENTS_TOPIC, partition: 0 };
      await deadLetters.add([{ ...origin, message, reason: 'unknown event type', attempts: 1 }]);
      expect((await deadLetters.list()).map(({ id }) => id)).toEqual([`${MEMORY_EVENTS_TOPIC}/0/7`]);
    }, 60_000);

    it('may make no topic, and be in no other group', async () => {
      const others = new KafkaTopics(kafka, LOG).ensure([{ topic: 'another', partitions: 1 }]);
      await expect(others).rejects.toThrow('may not create topic another');
      await expect(consumeOne('another-group')).rejects.toThrow('Failed to find group coordinator');
      expect(said.join('\n')).toContain('Group authorization failed');
    }, 60_000);
  },
);
