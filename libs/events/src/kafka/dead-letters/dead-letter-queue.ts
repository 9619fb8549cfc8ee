import { applyIsolating, BusUnavailableError } from '@sfm/memory';
import type { Kafka, KafkaMessage } from 'kafkajs';
import {
  toDeadLetter,
  toDeadLetterMessage,
  toRedrivenMessage,
  type DeadLetter,
  type DeadLetterItem,
} from './dead-letter.js';
import { MessageRefusedError } from '../connection/kafka-errors.js';
import { KafkaProducer } from '../producing/kafka-producer.js';
import { chunkMessages } from '../producing/message-chunks.js';
import { TopicReader, type TopicPositions } from '../topics/topic-reader.js';

export interface DeadLetterQueueOptions {
  /** The dead letter topic. */
  readonly topic: string;
  /** Prefix of the names of the consumer groups that read the topic. @default soma-dlq */
  readonly groupPrefix?: string;
  /** Longest time that sending a batch may take before it throws, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

/** How dead letters are sent back or given up. */
export interface RedriveOptions {
  /** Reports what would be done and changes nothing. */
  readonly dryRun?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface DismissResult {
  /** Ids given up (or that would be), in the order of the queue. */
  readonly dismissed: readonly string[];
  /** Ids that are not dead-lettered. */
  readonly missing: readonly string[];
}

export interface RedriveResult {
  /** Ids sent back (or that would be), in the order of the queue. */
  readonly redriven: readonly string[];
  /** Ids that are not dead-lettered. */
  readonly missing: readonly string[];
  /** Messages that the brokers refused to take back, with the reason; they are still dead-lettered. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/** Messages given up with one request. */
const DISMISSED_TOGETHER = 1000;

/** Position of the record of a dead-lettered message. */
interface Place {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * Keeps messages that cannot be applied on a topic, with the reason, until someone sends them back or gives them up. A message that was
 * dead-lettered several times is kept once.
 */
export class DeadLetterQueue {
  private readonly producer: KafkaProducer;
  private readonly reader: TopicReader;
  /** Dead-lettered messages, oldest first, as far as `positions` have been read. */
  private readonly deadLetters = new Map<string, Place>();
  private positions: TopicPositions = new Map();
  private refreshing: Promise<void> | undefined;

  constructor(
    kafka: Kafka,
    private readonly options: DeadLetterQueueOptions,
  ) {
    this.producer = new KafkaProducer(kafka, { timeoutMs: options.timeoutMs });
    this.reader = new TopicReader(kafka, options.groupPrefix ?? 'soma-dlq');
  }

  /**
   * Resolves when all in-sync replicas have the messages; only then may their offsets be committed.
   *
   * @throws BusUnavailableError: commit nothing and try again.
   */
  async add(items: readonly DeadLetterItem[]): Promise<void> {
    for (const messages of chunkMessages(items.map(toDeadLetterMessage), (message) => message)) {
      try {
        await this.producer.send([{ topic: this.options.topic, messages }]);
      } catch (error) {
        if (!(error instanceof MessageRefusedError)) throw error;
        // Dead-lettering without the value would lose it, so wait until the topic accepts it.
        const advice = 'raise max.message.bytes of that topic above that of the events';
        throw new BusUnavailableError(`${this.options.topic} refuses a message (${error.message}); ${advice}`, {
          cause: error,
        });
      }
    }
  }

  /** Returns the newest dead letters, at most `limit` (default 100), oldest first. */
  async list({ limit = 100 }: { readonly limit?: number } = {}): Promise<DeadLetter[]> {
    await this.refresh();
    const letters: DeadLetter[] = [];
    await this.visit(
      new Map([...this.deadLetters].slice(Math.max(0, this.deadLetters.size - limit))),
      (found) => void letters.push(...found),
    );
    return letters;
  }

  async get(id: string): Promise<DeadLetter | undefined> {
    await this.refresh();
    const place = this.deadLetters.get(id);
    let found: DeadLetter | undefined;
    if (place) await this.visit(new Map([[id, place]]), ([letter]) => void (found = letter));
    return found;
  }

  /**
   * Puts dead-lettered messages back on their topics, with their key and a header `redriven-from`, then removes them
   * from the queue. After an interruption or an error, messages not yet removed are still dead-lettered; a repeat may
   * put a few messages back twice, which the consumers tolerate.
   */
  async redrive(ids: readonly string[] | 'all', { dryRun, onProgress }: RedriveOptions = {}): Promise<RedriveResult> {
    await this.refresh();
    const { wanted, missing } = this.choose(ids);
    if (dryRun) return { redriven: [...wanted.keys()], missing, refused: [] };
    const redriven: string[] = [];
    const refused: { id: string; reason: string }[] = [];
    await this.visit(wanted, async (letters) => {
      const outcome = await this.sendBack(letters);
      redriven.push(...outcome.sent);
      refused.push(...outcome.refused);
      onProgress?.(redriven.length + refused.length, wanted.size);
    });
    return { redriven, missing, refused };
  }

  /**
   * Gives dead-lettered messages up: they are gone from the queue, and their topics never see them again. After an
   * interruption or an error, messages not yet removed are still dead-lettered.
   */
  async dismiss(ids: readonly string[] | 'all', { dryRun, onProgress }: RedriveOptions = {}): Promise<DismissResult> {
    await this.refresh();
    const { wanted, missing } = this.choose(ids);
    const dismissed = [...wanted.keys()];
    for (let start = 0; !dryRun && start < dismissed.length; start += DISMISSED_TOGETHER) {
      await this.bury(dismissed.slice(start, start + DISMISSED_TOGETHER));
      onProgress?.(Math.min(start + DISMISSED_TOGETHER, dismissed.length), dismissed.length);
    }
    return { dismissed, missing };
  }

  /**
   * Returns the number of dead letters. Cheap while nothing changes: only records added since the last call are read.
   */
  async count(): Promise<number> {
    await this.refresh();
    return this.deadLetters.size;
  }

  async disconnect(): Promise<void> {
    await this.producer.disconnect();
  }

  private choose(ids: readonly string[] | 'all'): { wanted: ReadonlyMap<string, Place>; missing: readonly string[] } {
    if (ids === 'all') return { wanted: new Map(this.deadLetters), missing: [] };
    const asked = new Set(ids);
    return {
      wanted: new Map([...this.deadLetters].filter(([id]) => asked.has(id))),
      missing: ids.filter((id) => !this.deadLetters.has(id)),
    };
  }

  /** Removes records by their tombstones. */
  private async bury(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.producer.send([{ topic: this.options.topic, messages: ids.map((id) => ({ key: id, value: null })) }]);
  }

  private async sendBack(
    letters: readonly DeadLetter[],
  ): Promise<{ sent: readonly string[]; refused: RedriveResult['refused'] }> {
    const refused: { id: string; reason: string }[] = [];
    for (const chunk of chunkMessages(letters, toRedrivenMessage)) {
      const failed = await applyIsolating(chunk, (together) => this.sendOriginals(together));
      refused.push(...failed.map(({ item, reason }) => ({ id: item.id, reason })));
    }
    const isRefused = new Set(refused.map(({ id }) => id));
    const sent = letters.map(({ id }) => id).filter((id) => !isRefused.has(id));
    await this.bury(sent);
    return { sent, refused };
  }

  private sendOriginals(letters: readonly DeadLetter[]): Promise<void> {
    const topics = [...new Set(letters.map(({ topic }) => topic))];
    return this.producer.send(
      topics.map((topic) => ({
        topic,
        messages: letters.filter((letter) => letter.topic === topic).map(toRedrivenMessage),
      })),
    );
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.readNews().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async readNews(): Promise<void> {
    const visit = (messages: readonly KafkaMessage[], partition: number) => {
      for (const message of messages) {
        const id = message.key?.toString();
        if (id === undefined) continue;
        this.deadLetters.delete(id);
        if (toDeadLetter(message)) this.deadLetters.set(id, { partition, offset: BigInt(message.offset) });
      }
    };
    this.positions = await this.reader.read(this.options.topic, { from: this.positions, visit });
  }

  private async visit(
    places: ReadonlyMap<string, Place>,
    visit: (letters: readonly DeadLetter[]) => Promise<void> | void,
  ): Promise<void> {
    if (places.size === 0) return;
    const isWanted = new Set([...places.values()].map(({ partition, offset }) => `${partition}/${offset}`));
    await this.reader.read(this.options.topic, {
      ...boundsOf(places),
      visit: async (messages, partition) => {
        const records = messages.filter(({ offset }) => isWanted.has(`${partition}/${offset}`));
        const letters = records.map(toDeadLetter).filter((letter) => letter !== undefined);
        if (letters.length > 0) await visit(letters);
      },
    });
  }
}

function boundsOf(places: ReadonlyMap<string, Place>): { from: TopicPositions; until: TopicPositions } {
  const from = new Map<number, bigint>();
  const until = new Map<number, bigint>();
  for (const { partition, offset } of places.values()) {
    const start = from.get(partition);
    if (start === undefined || offset < start) from.set(partition, offset);
    const end = until.get(partition);
    if (end === undefined || offset >= end) until.set(partition, offset + 1n);
  }
  return { from, until };
}
