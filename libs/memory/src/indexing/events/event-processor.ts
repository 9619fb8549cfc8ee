import type { EventRecord } from '../../event-model/memory-event.js';
import type { ForeignEventRecorder, RefusedEvent } from './foreign-event-recorder.js';
import type { Indexer } from '../projection/indexer.js';

/** Outcome of a batch: everything except the poisoned events is durable. */
export interface ProcessOutcome {
  readonly poisoned: readonly RefusedEvent[];
}

/** Applies events from the bus: writes other producers' changes to the truth, and indexes all changes. */
export class EventProcessor {
  constructor(
    private readonly recorder: Pick<ForeignEventRecorder, 'record'>,
    private readonly indexer: Pick<Indexer, 'apply'>,
  ) {}

  /**
   * Applies a batch in order; applying it again changes nothing. Resolves when the effects are durable. Events that can
   * never be applied are reported; the rest of the batch is applied.
   *
   * Our own events carry the version they created, or state that they created none; they are never recorded again, even
   * after the ledger has been told to forget them.
   *
   * @throws StoreUnavailableError, EmbedderUnavailableError or IndexUnavailableError: retry the whole batch later.
   */
  async process(records: readonly EventRecord[]): Promise<ProcessOutcome> {
    const { refused } = await this.recorder.record(records.filter(isForeign));
    const isRefused = new Set(refused.map(({ eventId }) => eventId));
    const accepted = records.filter(({ event }) => !isRefused.has(event.event_id));
    const { poisoned } = await this.indexer.apply(accepted);
    return { poisoned: [...refused, ...poisoned] };
  }
}

/** True for another producer's event; false for our own event that reports the outcome of one. */
export function isForeign({ version, details }: EventRecord): boolean {
  return version === undefined && details === undefined;
}
