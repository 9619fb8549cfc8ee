import { randomUUID } from 'node:crypto';
import type { EventRecord, Namespace } from '@sfm/memory';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { EventValidator } from '../src/validation/event-validator.js';
import { decodeEventMessage } from '../src/kafka/messages/event-message.js';
import type { KafkaLog } from '../src/kafka/connection/kafka-log.js';
import { TopicReader } from '../src/kafka/topics/topic-reader.js';

/** A busy machine is no broker that hangs; one that is killed refuses at once. */
export const PATIENT = { connectTimeoutMs: 30_000, requestTimeoutMs: 60_000 };

export const RULES = { validator: new EventValidator(), maxDimensions: 64 };

export interface RecordedLog extends KafkaLog {
  readonly lines: string[];
}

export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  return { lines, log: say, warn: say, error: say };
}

export function freshTopic(): string {
  return `events-${randomUUID()}`;
}

export interface PlacedMessage {
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Everything that is on a topic. */
export async function messagesOn(kafka: Kafka, topic: string): Promise<PlacedMessage[]> {
  const found: PlacedMessage[] = [];
  await new TopicReader(kafka, 'test').read(topic, {
    visit: (messages, partition) => void found.push(...messages.map((message) => ({ message, partition }))),
  });
  return found;
}

/** The events of a topic. */
export async function eventsOn(kafka: Kafka, topic: string): Promise<EventRecord[]> {
  return (await messagesOn(kafka, topic)).map(({ message }) => {
    const decoded = decodeEventMessage(message, RULES);
    if (!('record' in decoded)) throw new Error(`no event to apply: ${JSON.stringify(decoded)}`);
    return decoded.record;
  });
}

/** An event of a memory at (x). */
export function anEvent(namespace: Namespace, x: number, version: number, text = 'hello'): EventRecord {
  const eventId = randomUUID();
  const payload = { text, coordinate: [x], memory_type: 'semantic' };
  const event = { event_id: eventId, id: eventId, namespace, type: 'created', payload };
  return { key: String(x), version, event: { ...event, timestamp: '2026-01-02T03:04:05.678Z' } };
}
