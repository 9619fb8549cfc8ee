import { setTimeout as delay } from 'node:timers/promises';
import { ServerKafka, type KafkaContext, type MessageHandler } from '@nestjs/microservices';
import { backoffMs, type EventRecord, type ProcessOutcome } from '@sfm/memory';
import { isObservable, lastValueFrom } from 'rxjs';
import { toBusError } from '../connection/kafka-errors.js';
import { ConsumerSession } from './consumer-session.js';
import { BACKOFF, type ConsumingOptions, type EventsHandler } from './consuming-options.js';

/** What a handler of the events names with `@EventPattern`, whatever the topic is called. */
export const MEMORY_EVENTS_PATTERN = 'memory.events';

/** A member that is away keeps its partitions from the others until it is back or given up. */
const MAX_REJOIN_MS = 3000;

/**
 * Nest's Kafka transport for batches: the handler of `MEMORY_EVENTS_PATTERN` gets `EventRecord[]` in the order of their
 * partition and answers with a `ProcessOutcome` when their effects are durable; only then is their offset committed.
 *
 * What the handler reports as poisoned is dead-lettered after some tries, undecodable messages and unknown types at once. What
 * it throws makes the partition wait; the others flow on. The handler must pass its errors on as they are: see
 * `RpcErrorPassThrough`.
 */
export class KafkaBatchServer extends ServerKafka {
  private readonly closing = new AbortController();
  private session: ConsumerSession | undefined;
  private supervising: Promise<void> = Promise.resolve();

  constructor(private readonly consuming: ConsumingOptions) {
    super({ client: { brokers: [] }, consumer: { groupId: consuming.groupId }, postfixId: '' });
  }

  /** Partitions that this member of the group has; undefined while it is not in the group. */
  get partitions(): readonly number[] | undefined {
    return this.session?.partitions;
  }

  /** Age of the oldest event that is being worked on or waits to be tried again, seconds; 0 when there is none. */
  oldestEventAgeSeconds(): number {
    const oldest = this.session?.oldestTimestamp();
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000;
  }

  /** Calls back at once: brokers that are away are waited for in the background, now and whenever they go away. */
  override async listen(callback: (error?: unknown) => void): Promise<void> {
    const handler = this.getHandlerByPattern(MEMORY_EVENTS_PATTERN);
    if (!handler) return callback(new Error(`no handler is bound to ${MEMORY_EVENTS_PATTERN}`));
    this.supervising = this.supervise((records) => handleBatch(handler, records));
    callback();
  }

  /** Finishes what is under way, commits it and leaves the group. */
  override async close(): Promise<void> {
    this.closing.abort();
    this.session?.stop();
    await this.supervising;
  }

  /** Keeps a member in the group: one that ends is replaced, after a pause that grows while none gets in. */
  private async supervise(handler: EventsHandler): Promise<void> {
    const { signal } = this.closing;
    const { log, maxBackoffMs } = this.consuming;
    for (let failures = 0; !signal.aborted;) {
      const session = new ConsumerSession(this.consuming, handler);
      let hasJoined = false;
      this.session = session;
      try {
        await session.run((consumer) => {
          this.consumer = consumer;
          this.registerConsumerEventListeners();
          consumer.on(consumer.events.GROUP_JOIN, () => (hasJoined = true));
        });
      } catch (error) {
        if (signal.aborted) return;
        failures = hasJoined ? 1 : failures + 1;
        const pauseMs = backoffMs(failures, { ...BACKOFF, maxMs: Math.min(maxBackoffMs, MAX_REJOIN_MS) });
        log.warn(`the Kafka consumer ended and starts again in ${pauseMs} ms: ${toBusError(error).message}`);
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

async function handleBatch(handler: MessageHandler, records: readonly EventRecord[]): Promise<ProcessOutcome> {
  const answer: unknown = await (handler as MessageHandler<readonly EventRecord[], KafkaContext>)(records);
  const outcome: unknown = isObservable(answer) ? await lastValueFrom(answer) : answer;
  if (!isOutcome(outcome)) throw new Error('the events handler answered with no outcome');
  return outcome;
}

function isOutcome(value: unknown): value is ProcessOutcome {
  return typeof value === 'object' && value !== null && 'poisoned' in value && Array.isArray(value.poisoned);
}
