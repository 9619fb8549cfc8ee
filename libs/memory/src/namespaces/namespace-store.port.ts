import type { Namespace } from '../model/namespace.js';
import type { ListPosition } from '../read/list-position.js';

/** What the truth says of a namespace, besides the number of its memories. */
export interface NamespaceFacts {
  /** Bytes of its newest memories, as PostgreSQL stores them, and how many these are: all of few, a sample of many. */
  readonly sampledBytes: number;
  readonly sampled: number;
  /** When the newest memory was created; null when there is none. */
  readonly newestAt: Date | null;
  /** Counted up to 10,000. */
  readonly links: number;
  /** Changes that are not indexed yet, counted up to 10,000. */
  readonly pending: number;
  /** Age in seconds of the oldest of them; 0 without any. */
  readonly oldestPendingSeconds: number;
}

/** What to remove of a namespace: only what was last written before a moment. */
export interface RemovalCut {
  readonly namespace: Namespace;
  readonly before: Date;
}

/** What is left of a namespace. */
export interface NamespaceRest {
  /** Memories and links from before the cut. */
  readonly isToRemove: boolean;
  /** Memories that live, or links, of any time. */
  readonly isInUse: boolean;
}

/** Knows the namespaces of the truth, and empties them. */
export abstract class NamespaceStore {
  /** Returns names that were ever written to, ascending, after the given one. @throws StoreUnavailableError */
  abstract names(after: Namespace | undefined, limit: number): Promise<readonly Namespace[]>;

  /** @throws StoreUnavailableError */
  abstract facts(namespace: Namespace, now: Date): Promise<NamespaceFacts>;

  /** Returns the time by which writes are dated. @throws StoreUnavailableError */
  abstract now(): Promise<Date>;

  /**
   * Lets no copy or rename go on that is not done: part of what it made is deleted. One into the namespace has to begin anew, and
   * one from it, unless everything was handed over. @throws StoreUnavailableError
   */
  abstract endTransfers(namespace: Namespace): Promise<void>;

  /**
   * Deletes memories in creation order as a caller's deletion would, each with a tombstone, a ledger row and an event, in
   * one transaction that waits for no writer: what others hold is passed over. At most as many as there are ids for the
   * events. Resolves with the number removed and where to go on; without a place there are no more.
   *
   * @throws StoreUnavailableError; OutcomeUnknownError
   */
  abstract removeMemories(
    cut: RemovalCut,
    after: ListPosition | undefined,
    eventIds: readonly string[],
  ): Promise<{ readonly removed: number; readonly next?: ListPosition }>;

  /** Deletes links, each with a ledger row and an event. Resolves with the number. @throws as `removeMemories` */
  abstract removeLinks(cut: RemovalCut, limit: number): Promise<number>;

  /** @throws StoreUnavailableError */
  abstract rest(namespace: Namespace, before: Date): Promise<NamespaceRest>;

  /**
   * Forgets what else is known of a namespace: its importances, its retention policy, its consolidations, locks that
   * nobody holds, and what it was copied or renamed from. @throws StoreUnavailableError
   */
  abstract forgetRest(namespace: Namespace): Promise<void>;
}
