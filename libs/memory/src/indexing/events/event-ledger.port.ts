import type { Coordinate } from '../../model/coordinate.js';
import type { WriteCommand } from '../../store/memory-writer.port.js';
import type { Namespace } from '../../model/namespace.js';

/** What another producer announced on the event bus; `id` and `eventId` as it names them. */
interface ForeignOrigin {
  readonly id: string;
  readonly eventId: string;
  readonly occurredAt: Date;
}

export interface ForeignWrite extends Omit<WriteCommand, 'eventId'>, ForeignOrigin {
  readonly kind: 'write';
}

export interface ForeignDelete extends ForeignOrigin {
  readonly kind: 'delete';
  readonly namespace: Namespace;
  readonly key: string;
  readonly coordinate: Coordinate;
}

/** The ledger as events of other producers enter it. */
export abstract class EventLedger {
  /** The ids among the given that the ledger has: their events were made here, or recorded before. Any strings. */
  abstract known(ids: readonly string[]): Promise<ReadonlySet<string>>;

  /**
   * Writes foreign events in order, in one transaction: memories as our own writes, one ledger row each with their type
   * and time, and one outbox row, because only the event of ours says what became of theirs. Events that the ledger has are
   * skipped: calling twice changes nothing, also when two processes race. A deletion that finds nothing gets a row without
   * a version, so that it is not applied to what is written there before it comes again.
   */
  abstract record(events: readonly (ForeignWrite | ForeignDelete)[]): Promise<void>;
}
