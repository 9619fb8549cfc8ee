import { setTimeout as delay } from 'node:timers/promises';
import { ServerKafka, type KafkaContext, type MessageHandler } from '@nestjs/microservices';
import { backoffMs, type EventRecord, type ProcessOutcome } from '@sfm/memory';
import { isObservable, lastValueFrom } from 'rxjs';
import { toBusError } from '../connection/kafka-errors.js';
import { ConsumerSession } from './consumer-session.js';
import { BACKOFF, type ConsumingOptions, type EventsHandler } from './consuming-options.js';

/** The pattern for a handler's `@EventPattern`, independent of the topic's name. */
export const MEMORY_EVENTS_PATTERN = 'memory.events';

/** Other members cannot take the partitions of an absent member until it returns or the group drops it. */
const MAX_REJOIN_MS = 3000;

/**
 * Nest's Kafka transport for batches: the handler of `MEMORY_EVENTS_PATTERN` receives `EventRecord[]` in partition
 * order and returns a `ProcessOutcome` when their effects are durable; only then are their offsets committed.
 *
 * Events that the handler reports as poisoned are dead-lettered after some attempts, undecodable messages and unknown
 * types immediately. An error that it throws pauses the partition; other partitions continue. The handler must pass its
 * errors on unchanged: see `RpcErrorPassThrough`.
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

  /** Whether this process is in the group, and its brokers answer: those that hang are known by their silence alone. */
  get isMember(): boolean {
    return this.session?.partitions !== undefined && this.session.isHeard;
  }

  /** Age in seconds of the oldest event that is being processed or waits for a retry; 0 when there is none. */
  oldestEventAgeSeconds(): number {
    const oldest = this.session?.oldestTimestamp();
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest) / 1000;
  }

  /** Calls back immediately: unreachable brokers are waited for in the background, at start and later. */
  override async listen(callback: (error?: unknown) => void): Promise<void> {
    const handler = this.getHandlerByPattern(MEMORY_EVENTS_PATTERN);
    if (!handler) return callback(new Error(`no handler is bound to ${MEMORY_EVENTS_PATTERN}`));
    this.supervising = this.supervise((records) => handleBatch(handler, records));
    callback();
  }

  /** Finishes and commits current work and leaves the group. */
  override async close(): Promise<void> {
    this.closing.abort();
    this.session?.stop();
    await this.supervising;
  }

  /** Keeps a member in the group: replaces a session that ends, after a pause that grows while none manages to join. */
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
