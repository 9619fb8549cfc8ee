import type { EventRecord } from '../../event-model/memory-event.js';
import type { ImportanceNormalizers } from '../../store/importance-normalizers.js';
import type { EventLedger, ForeignDelete, ForeignWrite } from './event-ledger.port.js';
import { toForeignChange, type ForeignEventOptions } from './foreign-event.js';
import { applyIsolating } from '../projection/isolation.js';

/** An event that can never be applied, and why. */
export interface RefusedEvent {
  readonly eventId: string;
  readonly reason: string;
}

interface ForeignEvent {
  readonly record: EventRecord;
  readonly change: ForeignWrite | ForeignDelete;
}

export interface RecordOutcome {
  /** Events that were new to the ledger and are now recorded. */
  readonly recorded: number;
  readonly refused: readonly RefusedEvent[];
}

/** Writes events that the ledger does not have to the truth. */
export class ForeignEventRecorder {
  constructor(
    private readonly ledger: EventLedger,
    private readonly normalizers: ImportanceNormalizers,
    private readonly options: ForeignEventOptions,
  ) {}

  /**
   * Writes events that the ledger does not have, in order. Resolves when all except those that can never be applied are
   * durable.
   *
   * @throws StoreUnavailableError: retry the whole batch later.
   */
  async record(records: readonly EventRecord[]): Promise<RecordOutcome> {
    if (records.length === 0) return { recorded: 0, refused: [] };
    const known = await this.ledger.known(records.map(({ event }) => event.id));
    const refused: RefusedEvent[] = [];
    const foreign: ForeignEvent[] = [];
    for (const record of records) {
      if (known.has(record.event.id)) continue;
      try {
        foreign.push({ record, change: toForeignChange(record.event, this.options) });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        refused.push({ eventId: record.event.event_id, reason });
      }
    }
    const failed = await applyIsolating(foreign, (together) => this.write(together));
    for (const { item, reason } of failed) refused.push({ eventId: item.record.event.event_id, reason });
    return { recorded: foreign.length - failed.length, refused };
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
