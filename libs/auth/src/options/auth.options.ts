import type { Grant, Namespace } from '@sfm/memory';
import type { JwtOptions } from '../jwt/jwt-options.js';

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

export interface ApiKeyOptions {
  /** How long a key that was looked up is believed to be as it was: so long a revoked one may go on, milliseconds. */
  readonly freshMs: number;
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
  /** API keys. Default: there are none. */
  abstract readonly keys?: ApiKeyOptions;
  /** Signed tokens of an issuer. Default: they are valid for nobody. */
  abstract readonly jwt?: JwtOptions;
  /** How often the use of credentials is noted, milliseconds. Default: a minute. */
  abstract readonly usePeriodMs?: number;
  /** Areas named by `@PublicIf(area)` that need no token. Default: none. */
  abstract readonly publicAreas?: readonly string[];
}
