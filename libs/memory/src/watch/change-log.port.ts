import type { MemoryEventType } from '../event-model/memory-event.js';
import type { Namespace } from '../model/namespace.js';
import type { WritePosition } from '../model/write-position.js';

/** One committed change in a namespace: of a memory, or of a link, which belongs to the coordinate that it leads from. */
export interface LoggedChange {
  readonly eventId: string;
  readonly kind: MemoryEventType;
  /** `coordinateKey` of the coordinate. */
  readonly key: string;
  /** Of the memory; null for links. */
  readonly version: number | null;
  readonly at: Date;
}

/** Where a reader of one namespace stands in the ledger. */
export interface LogPosition {
  /** All that has a smaller number, or this, was told. */
  readonly seq: number;
  /** The newest change of the namespace that was told: it shows that the ledger is still the same one. */
  readonly anchor?: WritePosition;
  /** No other change with a number up to this can appear any more; only the log sets it. */
  readonly settledUpTo?: number;
}

export interface LogPage {
  /** In the order of the ledger. */
  readonly changes: readonly LoggedChange[];
  readonly position: LogPosition;
  /** Nothing else is known at present. */
  readonly isCaughtUp: boolean;
}

/** The ledger, as a reader of one namespace sees it. */
export abstract class ChangeLog {
  /** A position behind everything that was committed before the call. @throws StoreUnavailableError */
  abstract now(): Promise<LogPosition>;

  /**
   * Returns the changes of the namespace behind the position, each once and in order: none is told before it is certain
   * that none can appear in front of it. Looks at so many changes of all namespaces at most.
   *
   * @throws UnknownCursorError naming `position` when the ledger has no such place (any more); StoreUnavailableError
   */
  abstract after(namespace: Namespace, position: LogPosition, limit: number): Promise<LogPage>;
}
