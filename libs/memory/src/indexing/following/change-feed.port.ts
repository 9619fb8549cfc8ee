import type { Namespace } from '../../model/namespace.js';

/** One committed change of a memory. */
export interface LedgerChange {
  /** Id of the event in the ledger, in lower case; for our own writes, `WriteCommand.eventId`. */
  readonly eventId: string;
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
}

/** A follower's position in the ledger; opaque to it, adapters add their own fields. */
export interface FeedPosition {
  readonly kind: 'feed position';
}

export interface FeedBatch {
  readonly changes: readonly LedgerChange[];
  readonly position: FeedPosition;
  readonly isCaughtUp: boolean;
  /** The ledger was replaced (a restore, a failover to an older copy): start over. */
  readonly isReset: boolean;
}

/** Lets a follower read the ledger's changes. */
export abstract class ChangeFeed {
  /** Returns a position from which `since` reports everything that is not yet visible at this moment. */
  abstract now(): Promise<FeedPosition>;

  /**
   * Returns changes committed after the position, each at least once, none missed even when transactions commit out of
   * order. Includes everything that was committed before the call.
   */
  abstract since(position: FeedPosition, limit: number): Promise<FeedBatch>;
}
