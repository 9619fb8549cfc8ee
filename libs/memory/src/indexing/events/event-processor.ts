import type { EventRecord } from '../../event-model/memory-event.js';
import type { ForeignEventRecorder, RefusedEvent } from './foreign-event-recorder.js';
import type { Indexer } from '../projection/indexer.js';

/** What became of a batch: everything but the poisoned events is durable. */
export interface ProcessOutcome {
  readonly poisoned: readonly RefusedEvent[];
}

/** Gives events from the bus their effects: what other producers announce becomes truth, and everything is indexed. */
export class EventProcessor {
  constructor(
    private readonly recorder: Pick<ForeignEventRecorder, 'record'>,
    private readonly indexer: Pick<Indexer, 'apply'>,
  ) {}

  /**
   * Applies a batch in order; applying it again changes nothing. Resolves when the effects are durable. Events that can
   * never be applied are reported, their neighbours are applied.
   *
   * Our own events carry the version they made, or say that they made none; they are never recorded again, not even when
   * the ledger has been told to forget them.
   *
   * @throws StoreUnavailableError, EmbedderUnavailableError or IndexUnavailableError: try the whole batch again later.
   */
  async process(records: readonly EventRecord[]): Promise<ProcessOutcome> {
    const { refused } = await this.recorder.record(records.filter(isForeign));
    const isRefused = new Set(refused.map(({ eventId }) => eventId));
    const accepted = records.filter(({ event }) => !isRefused.has(event.event_id));
    const { poisoned = [] } = await this.indexer.apply(accepted);
    return { poisoned: [...refused, ...poisoned] };
  }
}

/** Made by another producer, and not an event of ours that says what became of one. */
export function isForeign({ version, details }: EventRecord): boolean {
  return version === undefined && details === undefined;
}
