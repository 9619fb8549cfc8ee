import type { EventRecord } from '../model/memory-event.js';
import type { ImportanceNormalizers } from '../store/importance-normalizers.js';
import type { PayloadFields, StoreLimits } from '../store/store.types.js';
import type { EventLedger, ForeignDelete, ForeignWrite } from './event-ledger.port.js';
import { toForeignChange } from './foreign-event.js';
import type { Indexer } from './indexer.js';
import { applyIsolating } from './isolation.js';

/** What became of a batch: everything but the poisoned events is durable. */
export interface ProcessOutcome {
  readonly poisoned: readonly { readonly eventId: string; readonly reason: string }[];
}

export interface EventProcessorOptions {
  readonly limits: StoreLimits;
  readonly fields: PayloadFields;
}

interface ForeignEvent {
  readonly record: EventRecord;
  readonly change: ForeignWrite | ForeignDelete;
}

/** Gives events from the bus their effects: what other producers announce becomes truth, and everything is indexed. */
export class EventProcessor {
  constructor(
    private readonly ledger: EventLedger,
    private readonly indexer: Pick<Indexer, 'apply'>,
    private readonly normalizers: ImportanceNormalizers,
    private readonly options: EventProcessorOptions,
  ) {}

  /**
   * Applies a batch in order; applying it again changes nothing. Resolves when the effects are durable. Events that can
   * never be applied are reported, their neighbours are applied.
   *
   * @throws StoreUnavailableError, EmbedderUnavailableError or IndexUnavailableError: try the whole batch again later.
   */
  async process(records: readonly EventRecord[]): Promise<ProcessOutcome> {
    const refused = await this.recordForeign(records);
    const isRefused = new Set(refused.map(({ eventId }) => eventId));
    const accepted = records.filter(({ event }) => !isRefused.has(event.event_id));
    const { poisoned = [] } = await this.indexer.apply(accepted);
    return { poisoned: [...refused, ...poisoned] };
  }

  /**
   * Writes what did not begin here. Our own events carry the version they made; they are never recorded again, not even
   * when the ledger has been told to forget them.
   */
  private async recordForeign(records: readonly EventRecord[]): Promise<ProcessOutcome['poisoned']> {
    const candidates = records.filter(({ version }) => version === undefined);
    if (candidates.length === 0) return [];
    const known = await this.ledger.known(candidates.map(({ event }) => event.id));
    const poisoned: { eventId: string; reason: string }[] = [];
    const foreign: ForeignEvent[] = [];
    for (const record of candidates) {
      if (known.has(record.event.id)) continue;
      try {
        foreign.push({ record, change: toForeignChange(record.event, this.options) });
      } catch (error) {
        poisoned.push({
          eventId: record.event.event_id,
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    }
    const failed = await applyIsolating(foreign, (together) => this.write(together));
    return [...poisoned, ...failed.map(({ item, reason }) => ({ eventId: item.record.event.event_id, reason }))];
  }

  private async write(events: readonly ForeignEvent[]): Promise<void> {
    const changes: (ForeignWrite | ForeignDelete)[] = [];
    for (const { change } of events) {
      if (change.kind === 'delete') changes.push(change);
      else changes.push(...(await this.normalizers.apply([change])));
    }
    await this.ledger.record(changes);
  }
}
