import type { AuditHead, SealedEntry } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';

/** The log of who did what: entries are added behind one another, and none is changed or taken away. */
export abstract class AuditLog {
  /**
   * Adds entries behind the last one; all of them or none. Adapters that note an act with the change that it is do so in
   * one transaction.
   *
   * @throws StoreUnavailableError; OutcomeUnknownError
   */
  abstract append(entries: readonly AuditEntry[]): Promise<void>;

  /** Returns entries behind a place, in order. @throws StoreUnavailableError */
  abstract page(afterSeq: number, limit: number): Promise<readonly SealedEntry[]>;

  /** Returns where the log ends. @throws StoreUnavailableError */
  abstract head(): Promise<AuditHead>;
}
