import type { Coordinate } from '../../model/coordinate.js';
import type { WriteCommand } from '../../store/memory-writer.port.js';
import type { Namespace } from '../../model/namespace.js';

/** A change published by another producer on the event bus; `id` and `eventId` are the producer's. */
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

/** The ledger, as used to record other producers' events. */
export abstract class EventLedger {
  /** Returns which of the given ids the ledger has, from our own writes or recorded before. Accepts any strings. */
  abstract known(ids: readonly string[]): Promise<ReadonlySet<string>>;

  /**
   * Writes foreign events in order, in one transaction: memories as for our own writes, one ledger row each with their
   * type and time, and one outbox row, because only our own event states their outcome. Skips events that the ledger
   * has, so calling twice changes nothing, even when two processes race. A deletion that finds nothing gets a row
   * without a version, so that a redelivery does not delete what is written there in between.
   */
  abstract record(events: readonly (ForeignWrite | ForeignDelete)[]): Promise<void>;
}
