import { Injectable } from '@nestjs/common';
import passport from 'passport';
import type { GuardedRequest, Principal } from '../principal.js';
import { InvalidTokenException, MissingBearerTokenException } from './auth.errors.js';
import { BearerStrategy, type BearerFailure } from './bearer.strategy.js';
import { CredentialVerifier } from './credential-verifier.js';

const STRATEGY = 'bearer';
const OPTIONS = { session: false };

type Done = (error: unknown, principal?: Principal | false | null, failure?: BearerFailure) => void;
type Middleware = (request: GuardedRequest, response: unknown, next: (error: unknown) => void) => void;

/**
 * Passport with the bearer strategy. Called directly: the guard that comes for Nest costs twice as much as what it calls,
 * which was a fifteenth of a small request.
 */
@Injectable()
export class BearerAuthenticator {
  private readonly passport = new passport.Passport();

  constructor(verifier: CredentialVerifier) {
    this.passport.use(STRATEGY, new BearerStrategy(verifier));
  }

  /**
   * Resolves with whom the token of the request names.
   *
   * @throws MissingBearerTokenException (401), InvalidTokenException (403).
   */
  authenticate(request: GuardedRequest, response: unknown): Promise<Principal> {
    return new Promise((resolve, reject) => {
      const done: Done = (error, principal, failure) => {
        if (error instanceof Error) reject(error);
        else if (error !== null && error !== undefined) {
          reject(new Error('the bearer strategy failed', { cause: error }));
        } else if (principal) resolve(principal);
        else reject(failure === 'invalid' ? new InvalidTokenException() : new MissingBearerTokenException());
      };
      const middleware = this.passport.authenticate(STRATEGY, OPTIONS, done as never) as Middleware;
      middleware(request, response, reject);
    });
  }
}
