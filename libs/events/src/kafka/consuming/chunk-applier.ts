import { applyIsolating, isPermanent, isTransient, type EventRecord } from '@sfm/memory';
import { traceShared } from '@sfm/observability';
import type { KafkaMessage } from 'kafkajs';
import type { DeadLetterItem } from '../dead-letters/dead-letter.js';
import { decodeEventMessage, type PassedOver } from '../messages/event-message.js';
import type { ApplyingOptions, EventsHandler, RetryCause } from './consuming-options.js';
import type { PartitionProgress } from './partitions/partition-progress.js';

/** Position of messages and their progress. */
export interface ChunkPlace {
  readonly topic: string;
  readonly partition: number;
  readonly progress: PartitionProgress;
}

/** `waitFor`: not all messages are applied or dead-lettered; retry the same messages after a pause. */
export type ChunkOutcome = { readonly waitFor?: undefined } | { readonly waitFor: RetryCause; readonly error: unknown };

interface Item {
  readonly message: KafkaMessage;
  readonly record: EventRecord;
}

interface Failure {
  readonly message: KafkaMessage;
  readonly reason: string;
  /** True when no further try can help. */
  readonly isPermanent: boolean;
}

const DONE: ChunkOutcome = {};
/** Other producers may send any type, so only this many types are named in the log. */
const MAX_NOTED_TYPES = 50;

/**
 * Applies messages or dead-letters them with the reason. An unreachable server never dead-letters a message. Finished
 * messages are recorded in the progress, so that a retry covers only the rest.
 */
export class ChunkApplier {
  private readonly notedTypes = new Set<string>();

  constructor(
    private readonly options: ApplyingOptions,
    private readonly handler: EventsHandler,
  ) {}

  /** Never throws: an error becomes a reason to wait. */
  async apply(messages: readonly KafkaMessage[], place: ChunkPlace): Promise<ChunkOutcome> {
    try {
      const items = await this.decode(place.progress.open(messages), place);
      return await this.applyItems(items, place);
    } catch (error) {
      return { waitFor: 'server_away', error };
    }
  }

  /** Dead-letters messages that are not applicable events, and records events that need no action. */
  private async decode(messages: readonly KafkaMessage[], place: ChunkPlace): Promise<Item[]> {
    const items: Item[] = [];
    const refused: Omit<Failure, 'isPermanent'>[] = [];
    const passedOver: KafkaMessage[] = [];
    for (const message of messages) {
      const decoded = decodeEventMessage(message, this.options.decoding);
      if ('record' in decoded) items.push({ message, record: decoded.record });
      else if ('problem' in decoded) refused.push({ message, reason: decoded.problem });
      else {
        this.notePassedOver(decoded.passedOver);
        passedOver.push(message);
      }
    }
    place.progress.finish(passedOver);
    await this.deadLetter(
      refused.map((failure) => ({ ...failure, attempts: 1 })),
      place,
    );
    return items;
  }

  /** Logs each type once: other producers may send one such event for every event of ours. */
  private notePassedOver(event: PassedOver): void {
    this.options.observer.passedOver(event);
    if (this.notedTypes.has(event.type) || this.notedTypes.size >= MAX_NOTED_TYPES) return;
    this.notedTypes.add(event.type);
    this.options.log.log(`passes over events of type ${JSON.stringify(event.type)} (${event.kind}): nothing to apply`);
  }

  private async applyItems(items: readonly Item[], place: ChunkPlace): Promise<ChunkOutcome> {
    if (items.length === 0) return DONE;
    let failures: readonly Failure[];
    try {
      failures = await this.handOver(items, place);
    } catch (error) {
      return this.afterFault(error, items, place);
    }
    return this.settle(failures, items, place);
  }

  private handOver(items: readonly Item[], place: ChunkPlace): Promise<readonly Failure[]> {
    this.options.observer.handed(items.length);
    return traceShared(
      processSpan(items, place),
      items.map(({ record }) => record.traceparent),
      async (spans) => {
        const { poisoned } = await this.handler(items.map(({ record }) => record));
        const failures = new Map(poisoned.map(({ eventId, ...failure }) => [eventId, failure]));
        return items.flatMap(({ message, record }, index) => {
          const failure = failures.get(record.event.event_id);
          if (failure === undefined) return [];
          spans.fail(index, 'poisoned');
          return [{ message, ...failure }];
        });
      },
    );
  }

  /**
   * All items failed together. Unless a server is away, retries them as often as a single event, then one by one; at
   * once if the content of one of them is to blame.
   */
  private async afterFault(error: unknown, items: readonly Item[], place: ChunkPlace): Promise<ChunkOutcome> {
    if (isTransient(error)) return { waitFor: 'server_away', error };
    if (!isPermanent(error) && !(await this.options.areServersUp())) return { waitFor: 'server_away', error };
    const faults = place.progress.countFault();
    if (!isPermanent(error) && faults < this.options.maxAttempts) return { waitFor: 'event_failed', error };
    const reported: Failure[] = [];
    const alone = await applyIsolating(
      items,
      async (together) => void reported.push(...(await this.handOver(together, place))),
    );
    const failed = alone.map(({ item: { message }, reason }) => ({ message, reason }));
    const isFailed = new Set(failed.map(({ message }) => message));
    await this.deadLetter(
      failed.map((failure) => ({ ...failure, attempts: faults })),
      place,
    );
    return this.settle(
      reported,
      items.filter(({ message }) => !isFailed.has(message)),
      place,
    );
  }

  /** Some items failed individually; the others are applied. What can never be applied does not wait for another try. */
  private async settle(failures: readonly Failure[], items: readonly Item[], place: ChunkPlace): Promise<ChunkOutcome> {
    const { progress } = place;
    const isFailed = new Set(failures.map(({ message }) => message));
    progress.finish(items.map(({ message }) => message).filter((message) => !isFailed.has(message)));
    const count = (failure: Failure) => ({ ...failure, attempts: progress.countFailure(failure.message) });
    await this.deadLetter(failures.filter((failure) => failure.isPermanent).map(count), place);
    const doubtful = failures.filter((failure) => !failure.isPermanent);
    if (doubtful.length === 0) return DONE;
    const error = new Error(doubtful[0]?.reason);
    if (!(await this.options.areServersUp())) return { waitFor: 'server_away', error };
    const counted = doubtful.map(count);
    const exhausted = counted.filter(({ attempts }) => attempts >= this.options.maxAttempts);
    await this.deadLetter(exhausted, place);
    return exhausted.length === doubtful.length ? DONE : { waitFor: 'event_failed', error };
  }

  private async deadLetter(
    failures: readonly (Pick<Failure, 'message' | 'reason'> & { readonly attempts: number })[],
    { topic, partition, progress }: ChunkPlace,
  ): Promise<void> {
    if (failures.length === 0) return;
    const items: DeadLetterItem[] = failures.map(({ message, reason, attempts }) => ({
      topic,
      partition,
      message,
      reason,
      attempts,
    }));
    await this.options.deadLetters.add(items);
    progress.finish(failures.map(({ message }) => message));
    this.options.observer.deadLettered(items.length);
    const [first] = items;
    if (first === undefined) return;
    // `soma dlq list` has all of them.
    const others = items.length === 1 ? '' : `, and ${items.length - 1} more of this partition`;
    this.options.log.warn(
      `dead-lettered message ${topic}/${partition}/${first.message.offset} after ${first.attempts} attempt(s): ${first.reason}${others}`,
    );
  }
}

/**
 * A message from another producer without a trace context starts a trace; our own events without one are not traced.
 */
function processSpan(items: readonly Item[], { topic, partition }: ChunkPlace) {
  return {
    name: `process ${topic}`,
    kind: 'consumer' as const,
    beginsTrace: items.some(({ record }) => record.version === undefined && record.traceparent === undefined),
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.batch.message_count': items.length,
    },
  };
}
