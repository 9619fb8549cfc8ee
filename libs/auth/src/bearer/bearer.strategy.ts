import { Strategy } from 'passport-strategy';
import type { GuardedRequest } from '../request/principal.js';
import type { CredentialVerifier } from '../tokens/credential-verifier.js';

const SCHEME = 'Bearer ';

/** Why a request was not let in; the challenge the strategy fails with. */
export type BearerFailure = 'missing' | 'invalid';

/**
 * Passport strategy for bearer tokens in the Authorization header only: tokens in a query or a body would end up in
 * logs. The scheme is matched exactly, as existing clients send it.
 */
export class BearerStrategy extends Strategy {
  constructor(private readonly verifier: CredentialVerifier) {
    super();
  }

  override authenticate(request: Pick<GuardedRequest, 'headers'>): void {
    const header = request.headers['authorization'];
    if (typeof header !== 'string' || !header.startsWith(SCHEME)) {
      this.fail('missing' satisfies BearerFailure, 401);
      return;
    }
    const principal = this.verifier.verify(header.slice(SCHEME.length));
    if (principal === undefined) this.fail('invalid' satisfies BearerFailure, 403);
    else this.success(principal);
  }
}
