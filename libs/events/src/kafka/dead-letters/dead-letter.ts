import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { headerText } from '../messages/event-message.js';

/** A message that cannot be applied, with its origin. */
export interface DeadLetterItem {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
  /** The reason in words: `unknown event type`. */
  readonly reason: string;
  /** Number of attempts. */
  readonly attempts: number;
  /** Error of the last attempt; its text is kept, cut to a bounded length. */
  readonly error?: unknown;
}

/** A dead-lettered message. `id` is `<topic>/<partition>/<offset>` of the original. */
export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When the original was produced, epoch milliseconds. */
  readonly timestamp: number;
  /** When it was dead-lettered, epoch milliseconds. */
  readonly deadLetteredAt: number;
  readonly reason: string;
  readonly error?: string;
  readonly attempts: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Headers of the original. */
  readonly headers: IHeaders;
}

const MAX_REASON = 500;
const MAX_ERROR = 2000;
const ORIGINAL_KEY = 'original-key';
const ORIGINAL_HEADER = 'original-header-';
/** A record without a value would be a tombstone. */
const NULL_VALUE = 'dlq-value-null';
const REDRIVEN = 'redriven-from';

export function deadLetterId({
  topic,
  partition,
  message,
}: Pick<DeadLetterItem, 'topic' | 'partition' | 'message'>): string {
  return `${topic}/${partition}/${message.offset}`;
}

/**
 * Returns the record of a dead-lettered message. Its key is the message's origin, so that dead-lettering it again
 * produces the same record.
 */
export function toDeadLetterMessage(item: DeadLetterItem): Message {
  const { topic, partition, message, reason, attempts, error } = item;
  const headers: IHeaders = {
    'dlq-reason': cut(reason, MAX_REASON),
    'dlq-topic': topic,
    'dlq-partition': String(partition),
    'dlq-offset': message.offset,
    'dlq-timestamp': message.timestamp,
    'dlq-attempts': String(attempts),
  };
  if (error !== undefined) headers['dlq-error'] = cut(textOf(error), MAX_ERROR);
  if (message.key !== null) headers[ORIGINAL_KEY] = message.key;
  if (message.value === null) headers[NULL_VALUE] = '1';
  for (const [name, value] of Object.entries(message.headers ?? {})) headers[`${ORIGINAL_HEADER}${name}`] = value;
  return { key: deadLetterId(item), value: message.value ?? Buffer.alloc(0), headers };
}

/** Reads a record of the dead letter topic; undefined when this service did not write it. */
export function toDeadLetter({ key, value, timestamp, headers }: KafkaMessage): DeadLetter | undefined {
  const topic = headerText(headers, 'dlq-topic');
  const offset = headerText(headers, 'dlq-offset');
  if (key === null || value === null || topic === undefined || offset === undefined) return undefined;
  const error = headerText(headers, 'dlq-error');
  const originalKey = headers?.[ORIGINAL_KEY];
  return {
    id: key.toString(),
    topic,
    partition: Number(headerText(headers, 'dlq-partition')),
    offset,
    timestamp: Number(headerText(headers, 'dlq-timestamp')),
    deadLetteredAt: Number(timestamp),
    reason: headerText(headers, 'dlq-reason') ?? '',
    ...(error === undefined ? {} : { error }),
    attempts: Number(headerText(headers, 'dlq-attempts')),
    key: Buffer.isBuffer(originalKey) ? originalKey : null,
    value: headers?.[NULL_VALUE] === undefined ? value : null,
    headers: originalHeaders(headers ?? {}),
  };
}

/** Returns the original message, to be put back on its topic. Without a key it goes to its original partition. */
export function toRedrivenMessage({ id, key, value, headers, partition }: DeadLetter): Message {
  return { key, value, headers: { ...headers, [REDRIVEN]: id }, ...(key === null ? { partition } : {}) };
}

function originalHeaders(headers: IHeaders): IHeaders {
  const originals = Object.entries(headers).filter(([name]) => name.startsWith(ORIGINAL_HEADER));
  return Object.fromEntries(originals.map(([name, value]) => [name.slice(ORIGINAL_HEADER.length), value]));
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
