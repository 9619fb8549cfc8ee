import type { Coordinate } from '../../model/coordinate.js';
import type { Namespace } from '../../model/namespace.js';
import type { DeleteReceipt } from '../../store/memory-writer.port.js';

/** A memory that a rule would remove, as it was when it was looked at. */
export interface RemovalCandidate {
  readonly key: string;
  readonly coordinate: Coordinate;
  readonly version: number;
  readonly importance: number | null;
  readonly createdAt: Date;
}

/** A removal of exactly one version of a memory. */
export interface RemovalCommand extends Pick<RemovalCandidate, 'key' | 'version'> {
  readonly namespace: Namespace;
  readonly eventId: string;
}

export interface CandidateQuery {
  /** Memories of at least this importance are left out; null for none. One without importance has 0. */
  readonly keepImportanceFrom: number | null;
  /** Most candidates. */
  readonly limit: number;
}

/** Finds what rules remove, and removes it. Ages are told by the clock of the store. */
export abstract class RetainedMemories {
  /** Every namespace that was ever written to, in portions in the order of their names. */
  abstract namespaces(after: Namespace | undefined, limit: number): Promise<readonly Namespace[]>;

  /** The number of live memories, counted up to a bound. Reads an index, never a payload. */
  abstract countUpTo(namespace: Namespace, bound: number): Promise<number>;

  /** Expired ones, the longest expired first. */
  abstract expired(namespace: Namespace, limit: number): Promise<readonly RemovalCandidate[]>;

  /** Live ones created longer ago, the oldest first. */
  abstract olderThan(
    namespace: Namespace,
    seconds: number,
    query: CandidateQuery,
  ): Promise<readonly RemovalCandidate[]>;

  /**
   * Live ones in the order in which a cap removes them: by importance, not rounded, where none counts as 0; then the oldest.
   * The one that was created last is never among them.
   *
   * @param query with `notOlderThanSeconds`, only those that another rule does not remove already
   */
  abstract least(
    namespace: Namespace,
    query: CandidateQuery & { readonly notOlderThanSeconds: number | null },
  ): Promise<readonly RemovalCandidate[]>;

  /**
   * Deletes the memories in one transaction, exactly as a caller's deletion would: each leaves a tombstone, a ledger row
   * and an event, by which it leaves every index and cache. One that was changed since it was looked at stays, and so
   * does one that somebody is changing: nobody is waited for. Nothing is deleted when the lease is not held any more.
   * Resolves with the deletions.
   *
   * @throws StoreUnavailableError
   */
  abstract remove(commands: readonly RemovalCommand[], fence: number): Promise<readonly DeleteReceipt[]>;
}
