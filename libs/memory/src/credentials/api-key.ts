import type { AllowedNamespaces } from '../access/allowed-namespaces.js';
import type { Scope } from '../access/principal.js';

/** What a key permits. */
export interface ApiKeyRights {
  readonly scopes: readonly Scope[];
  readonly namespaces: AllowedNamespaces;
  /** Requests per route within the window of the service; null: as many as the service allows. */
  readonly rateLimit: number | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
}

/** An API key to make. */
export interface NewApiKey extends ApiKeyRights {
  /** A UUID that orders keys by when they were made. */
  readonly id: string;
  /** For people; several keys may have the same. */
  readonly name: string;
  /** Id of the credential that makes it. */
  readonly createdBy: string | null;
}

/** An API key, without its secret. */
export interface ApiKey extends NewApiKey {
  /** Names the secret in lists and look-ups; no secret itself. */
  readonly prefix: string;
  readonly createdAt: Date;
  /** When its secret was last replaced. */
  readonly rotatedAt: Date | null;
  /** The last use that is known; up to a minute late. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A key as it is found by the prefix of a secret. */
export interface FoundKey {
  readonly key: ApiKey;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
  /** Until it expires, milliseconds by the clock of the store, negative after; null: never. */
  readonly remainingMs: number | null;
}

/** Most keys that are not revoked. */
export const MAX_API_KEYS = 10_000;
