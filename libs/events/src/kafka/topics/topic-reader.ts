import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BusUnavailableError } from '@sfm/memory';
import type { Admin, Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { protocolErrorsOf, toBusError } from '../connection/kafka-errors.js';

/** Next offset to read, per partition. */
export type TopicPositions = ReadonlyMap<number, bigint>;

export interface ReadOptions {
  /** Start positions; unnamed partitions are read from their beginning. */
  readonly from?: TopicPositions;
  /** End positions, exclusive; when given, only these partitions are read. */
  readonly until?: TopicPositions;
  /** Called in order per partition; each call waits for the previous one. */
  readonly visit: (messages: readonly KafkaMessage[], partition: number) => Promise<void> | void;
}

/** The read fails when nothing arrives for this long. */
const IDLE_MS = 20_000;
/** A visit may send batches back to the brokers between two heartbeats. */
const SESSION_MS = 60_000;

interface Span {
  readonly next: bigint;
  readonly end: bigint;
}

interface Reading {
  /** The span to read, per partition. */
  readonly open: ReadonlyMap<number, Span>;
  readonly visit: ReadOptions['visit'];
}

const NOT_READY = new Set(['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP']);
const MAX_JOINS = 30;
const JOIN_PAUSE_MS = 200;

/**
 * Reads a topic from given positions to its current end. Uses a consumer group of its own that commits nothing and is
 * deleted afterwards.
 */
export class TopicReader {
  constructor(
    private readonly kafka: Kafka,
    /** Prefix of the names of its groups. */
    private readonly groupPrefix: string,
  ) {}

  /**
   * Resolves with the positions after the last message read; a topic that does not exist is empty.
   *
   * @throws BusUnavailableError
   */
  async read(topic: string, { from = new Map(), until, visit }: ReadOptions): Promise<TopicPositions> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const spans = limit(await spansOf(admin, topic, from), until);
      const open = new Map([...spans].filter(([, { next, end }]) => next < end));
      if (open.size > 0) await this.consumeWhenReady(admin, topic, { open, visit });
      return new Map([...spans].map(([partition, { end }]) => [partition, end]));
    } catch (error) {
      throw toBusError(error);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  /**
   * Retries joining: brokers that have just started refuse group members for a moment, before anything has been
   * visited.
   */
  private async consumeWhenReady(admin: Admin, topic: string, reading: Reading): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.consume(admin, topic, reading);
      } catch (error) {
        if (tries === MAX_JOINS || !protocolErrorsOf(error).some((type) => NOT_READY.has(type))) throw error;
        await delay(JOIN_PAUSE_MS);
      }
    }
  }

  private async consume(admin: Admin, topic: string, reading: Reading): Promise<void> {
    const groupId = `${this.groupPrefix}-${randomUUID()}`;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await readAll(consumer, topic, reading);
    } finally {
      await consumer.disconnect().catch(() => undefined);
      // A group without members and offsets expires by itself if it may not be deleted.
      await admin.deleteGroups([groupId]).catch(() => undefined);
    }
  }
}

function limit(spans: ReadonlyMap<number, Span>, until: TopicPositions | undefined): ReadonlyMap<number, Span> {
  if (!until) return spans;
  return new Map(
    [...spans].map(([partition, { next, end }]) => {
      const last = until.get(partition) ?? next;
      return [partition, { next, end: last < end ? last : end }];
    }),
  );
}

async function spansOf(admin: Admin, topic: string, from: TopicPositions): Promise<Map<number, Span>> {
  if (!(await admin.listTopics()).includes(topic)) return new Map();
  const offsets = await admin.fetchTopicOffsets(topic).catch((error: unknown) => {
    if (protocolErrorsOf(error).includes('UNKNOWN_TOPIC_OR_PARTITION')) return [];
    throw error;
  });
  return new Map(
    offsets.map(({ partition, low, high }) => {
      const wanted = from.get(partition) ?? 0n;
      const end = BigInt(high);
      // A position beyond the end belongs to a topic that was deleted and created again.
      return [partition, { next: wanted > end || wanted < BigInt(low) ? BigInt(low) : wanted, end }];
    }),
  );
}

/** Resolves when every open partition has been visited up to its end. */
async function readAll(consumer: Consumer, topic: string, { open, visit }: Reading): Promise<void> {
  const unfinished = new Set(open.keys());
  let patience: NodeJS.Timeout | undefined;
  let isOver = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const beat = () => {
        clearTimeout(patience);
        patience = setTimeout(() => {
          reject(new BusUnavailableError(`broker unavailable: topic ${topic} could not be read to its end`));
        }, IDLE_MS);
      };
      beat();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const run = consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch, ...client }) => {
          if (isOver) return;
          const span = open.get(batch.partition);
          if (!span || !unfinished.has(batch.partition)) return;
          beat();
          const messages = batch.messages.filter(({ offset }) => BigInt(offset) < span.end);
          await client.heartbeat();
          try {
            await visit(messages, batch.partition);
          } catch (error) {
            // Rethrowing would make the client visit the same messages again.
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
          beat();
          if (BigInt(batch.lastOffset()) + 1n >= span.end) unfinished.delete(batch.partition);
          if (unfinished.size === 0) resolve();
        },
      });
      run.catch(reject);
      for (const [partition, { next }] of open) consumer.seek({ topic, partition, offset: String(next) });
    });
  } finally {
    isOver = true;
    clearTimeout(patience);
  }
}
