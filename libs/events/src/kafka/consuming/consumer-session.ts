import { BusUnavailableError } from '@sfm/memory';
import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { disconnectWithin } from '../connection/connect-client.js';
import { KafkaTopics } from '../topics/kafka-topics.js';
import { BatchRunner, type ClaimedBatch } from './batch-runner.js';
import type { ConsumingOptions, EventsHandler } from './consuming-options.js';
import { LifeSigns } from './partitions/life-signs.js';
import { PartitionPauses } from './partitions/partition-pauses.js';

/**
 * Heartbeats do not wait for the work, so a short timeout costs nothing; a killed member keeps its partitions this
 * long.
 */
const SESSION_MS = 10_000;
const REBALANCE_MS = 60_000;
const CONCURRENCY = 3;
/** Also the longest delay before a partition whose pause has ended is fetched again. */
const MAX_FETCH_WAIT_MS = 500;
/** Longer than joining a group may take. */
const SILENCE_MS = 60_000;
const DISCONNECT_MS = 10_000;

/**
 * One member of the consumer group, from joining to the first failure that the client does not recover from by itself.
 * It is never restarted: a new session replaces it.
 */
export class ConsumerSession {
  private readonly runner: BatchRunner;
  private readonly signs: LifeSigns;
  private readonly heartbeatMs: number;
  private assigned: readonly number[] | undefined;
  /** Increases with every assignment. */
  private generation = 0;
  private isStopping = false;
  private end: () => void = () => {};

  constructor(
    private readonly options: ConsumingOptions,
    handler: EventsHandler,
  ) {
    this.heartbeatMs = Math.min(3000, Math.floor((options.sessionTimeoutMs ?? SESSION_MS) / 3));
    this.runner = new BatchRunner(options, handler, Math.floor(this.heartbeatMs / 2));
    this.signs = new LifeSigns((options.rebalanceTimeoutMs ?? REBALANCE_MS) + SILENCE_MS);
  }

  /** Partitions that this member has; undefined while it is not in the group. */
  get partitions(): readonly number[] | undefined {
    return this.assigned;
  }

  /** Whether the brokers have answered within the time after which they would give this member up. */
  get isHeard(): boolean {
    return this.signs.silentMs < (this.options.sessionTimeoutMs ?? SESSION_MS);
  }

  /** See `BatchRunner`. */
  oldestTimestamp(): number | undefined {
    return this.runner.oldestTimestamp();
  }

  /**
   * Joins and consumes until `stop`. `onConsumer` receives the client's consumer before it connects.
   *
   * @throws the error that ended the session, unless `stop` ended it
   */
  async run(onConsumer: (consumer: Consumer) => void): Promise<void> {
    await this.ensureTopics();
    if (this.isStopping) return;
    const consumer = this.createConsumer();
    onConsumer(consumer);
    const pauses = new PartitionPauses(consumer);
    // Emitted in the same turn in which the client gives up the membership, even when it does so by itself.
    consumer.on(consumer.events.STOP, () => pauses.end());
    let stopWatching = () => {};
    try {
      const ended = this.endOf(consumer, (stop) => (stopWatching = stop));
      await consumer.connect();
      await consumer.subscribe({ topics: [this.options.topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.options.concurrency ?? CONCURRENCY,
        eachBatch: (payload) => this.runner.run(this.claim(pauses, payload)),
      });
      await ended;
    } finally {
      stopWatching();
      pauses.end();
      await this.leave(consumer);
    }
  }

  /** Finishes and commits current work and leaves the group; `run` then resolves. */
  stop(): void {
    this.isStopping = true;
    this.end();
  }

  /** The topic of the events must exist; a topic needed only for failures may be left for someone else to create. */
  private async ensureTopics(): Promise<void> {
    const { kafka, log, topic, topics } = this.options;
    const creator = new KafkaTopics(kafka, log);
    await creator.ensure(topics.filter((each) => each.topic === topic));
    try {
      await creator.ensure(topics.filter((each) => each.topic !== topic));
    } catch (error) {
      log.warn(error instanceof Error ? error.message : String(error));
    }
  }

  private createConsumer(): Consumer {
    return this.options.kafka.consumer({
      groupId: this.options.groupId,
      sessionTimeout: this.options.sessionTimeoutMs ?? SESSION_MS,
      rebalanceTimeout: this.options.rebalanceTimeoutMs ?? REBALANCE_MS,
      heartbeatInterval: this.heartbeatMs,
      maxWaitTimeInMs: MAX_FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      // The client restarts after only some failures; here it never restarts by itself.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Resolves on `stop`; rejects when the client gives up or goes silent. */
  private endOf(consumer: Consumer, onWatch: (stopWatching: () => void) => void): Promise<void> {
    const { CRASH, GROUP_JOIN, FETCH, HEARTBEAT } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => this.onAssignment(payload.memberAssignment[this.options.topic] ?? []));
    for (const event of [FETCH, HEARTBEAT] as const) consumer.on(event, () => this.signs.note());
    const ended = new Promise<void>((resolve, reject) => {
      this.end = resolve;
      consumer.on(CRASH, ({ payload }) => reject(payload.error));
      this.signs.note();
      onWatch(this.signs.watch(() => reject(new BusUnavailableError('the Kafka consumer gives no sign of life'))));
    });
    if (this.isStopping) this.end();
    // The promise may reject before anything awaits it.
    ended.catch(() => undefined);
    return ended;
  }

  private onAssignment(partitions: readonly number[]): void {
    this.signs.note();
    this.generation += 1;
    this.assigned = [...partitions];
    this.runner.keepOnly(partitions);
  }

  private claim(pauses: PartitionPauses, payload: EachBatchPayload): ClaimedBatch {
    const { batch } = payload;
    const { topic, partition, messages } = batch;
    const generation = this.generation;
    const final = messages.at(-1);
    return {
      topic,
      partition,
      messages,
      heartbeat: () => payload.heartbeat(),
      isStopping: () => this.isStopping || !payload.isRunning(),
      isOurs: () => this.generation === generation,
      commit: async (last: KafkaMessage) => {
        // The last message may be followed by records that consumers do not see, such as transaction markers.
        const reached = last === final ? batch.lastOffset() : last.offset;
        const offset = String(BigInt(reached) + 1n);
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
        payload.resolveOffset(last.offset);
      },
      pause: (forMs) => pauses.pause({ topic, partition }, forMs),
    };
  }

  private async leave(consumer: Consumer): Promise<void> {
    this.isStopping = true;
    this.assigned = undefined;
    await disconnectWithin(DISCONNECT_MS, consumer);
  }
}
