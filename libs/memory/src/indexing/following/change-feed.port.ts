import type { Namespace } from '../../model/namespace.js';

/** One committed change of a memory. */
export interface LedgerChange {
  /** Of the ledger's row: `WriteCommand.eventId` of our own writes, in lower case. */
  readonly eventId: string;
  readonly namespace: Namespace;
  readonly key: string;
  readonly version: number;
}

/** Where a follower stands in the ledger; opaque to it, adapters put their own fields. */
export interface FeedPosition {
  readonly kind: 'feed position';
}

export interface FeedBatch {
  readonly changes: readonly LedgerChange[];
  readonly position: FeedPosition;
  readonly isCaughtUp: boolean;
  /** The ledger was replaced (a restore, a failover to an older copy): start anew. */
  readonly isReset: boolean;
}

/** The ledger as something to follow. */
export abstract class ChangeFeed {
  /** A position such that `since` reports everything that is not yet visible at this moment. */
  abstract now(): Promise<FeedPosition>;

  /**
   * Changes committed after the position, each at least once, none missed even when transactions commit out of order.
   * Includes everything that was committed before the call.
   */
  abstract since(position: FeedPosition, limit: number): Promise<FeedBatch>;
}
