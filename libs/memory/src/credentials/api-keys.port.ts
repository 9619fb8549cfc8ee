import type { AuditedAct } from '../audit/audit-entry.js';
import type { ApiKey, FoundKey, NewApiKey } from './api-key.js';
import type { StoredSecret } from './api-key-secret.js';

/** A use of a key. */
export interface KeyUse {
  readonly id: string;
  readonly at: Date;
}

/**
 * API keys. Each change is noted in the audit log in the same transaction: there is none without its entry, and no entry
 * without its change. All methods throw StoreUnavailableError; changes OutcomeUnknownError too.
 */
export abstract class ApiKeys {
  /** Undefined when there are `MAX_API_KEYS` that are not revoked. */
  abstract create(key: NewApiKey, secret: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined>;

  /** Returns keys in the order they were made, revoked ones too, after the given id. */
  abstract list(after: string | undefined, limit: number): Promise<readonly ApiKey[]>;

  abstract find(id: string): Promise<ApiKey | undefined>;

  /** Replaces the secret of a key; undefined, and nothing noted, unless there is one that is not revoked. */
  abstract rotate(id: string, secret: StoredSecret, act: AuditedAct): Promise<ApiKey | undefined>;

  /** Ends a key for good; undefined, and nothing noted, unless there is one that is not revoked. */
  abstract revoke(id: string, act: AuditedAct): Promise<ApiKey | undefined>;

  /** Returns the keys of those prefixes that there are, revoked and expired ones too, in any order. */
  abstract findByPrefixes(prefixes: readonly string[]): Promise<readonly FoundKey[]>;

  /** Notes when keys were last used; never earlier than is known. */
  abstract noteUses(uses: readonly KeyUse[]): Promise<void>;
}
