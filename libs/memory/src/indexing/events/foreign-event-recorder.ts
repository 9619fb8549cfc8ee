import { isPermanent, reasonOf } from '../../model/failures.js';
import type { EventRecord } from '../../event-model/memory-event.js';
import type { ImportanceNormalizers } from '../../importance/importance-normalizers.js';
import type { EventLedger, ForeignDelete, ForeignWrite } from './event-ledger.port.js';
import { toForeignChange, type ForeignEventOptions } from './foreign-event.js';
import { applyIsolating } from '../projection/isolation.js';

/** An event that fails by itself, and why. */
export interface RefusedEvent {
  readonly eventId: string;
  readonly reason: string;
  /** True when it can never be applied; false when the cause is unknown, and another try may succeed. */
  readonly isPermanent: boolean;
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
        const eventId = record.event.event_id;
        refused.push({ eventId, reason: reasonOf(error), isPermanent: isPermanent(error) });
      }
    }
    const failed = await applyIsolating(foreign, (together) => this.write(together));
    for (const { item, ...failure } of failed) refused.push({ eventId: item.record.event.event_id, ...failure });
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
