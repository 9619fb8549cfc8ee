import type { Grant, Namespace } from '@sfm/memory';

/** A credential for the API. */
export interface Credential {
  /** Identifies the credential in logs and rate limits; never the token itself. */
  readonly id: string;
  readonly token: string;
  /** Further tokens of it, valid side by side: one can be replaced without an outage. Default: none. */
  readonly otherTokens?: readonly string[];
  /** Namespaces it may use: a list, or all of them. */
  readonly namespaces: Grant['namespaces'];
  /** Permitted scopes; everything (`*`) when left out. */
  readonly scopes?: Grant['scopes'];
}

export interface RateLimitOptions {
  /** Requests per credential and route within the window; 0 switches the limit off. */
  readonly max: number;
  /** Length of the sliding window in milliseconds; 0 switches the limit off. */
  readonly windowMs: number;
}

/** Options of the auth module; also the token they are injected by. */
export abstract class AuthOptions {
  abstract readonly credentials: readonly Credential[];
  /** Namespace of requests without one. */
  abstract readonly defaultNamespace: Namespace;
  abstract readonly rateLimit: RateLimitOptions;
  /** Refused requests per address within the window, before 429 answers them instead. Default: no limit. */
  abstract readonly refusals?: RateLimitOptions;
  /** Areas named by `@PublicIf(area)` that need no token. Default: none. */
  abstract readonly publicAreas?: readonly string[];
}
