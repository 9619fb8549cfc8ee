import type { Authenticator } from '@sfm/memory';
import { Strategy } from 'passport-strategy';
import type { GuardedRequest } from '../request/guarded-request.js';
import { requestedNamespace } from '../request/requested-namespace.js';

const SCHEME = /^bearer /i;

/**
 * Passport strategy for bearer tokens in the Authorization header only: tokens in a query or a body would end up in
 * logs. Fails when there is no token, and ends with the error of the authenticator when that refuses.
 */
export class BearerStrategy extends Strategy {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  override authenticate(request: Pick<GuardedRequest, 'headers' | 'raw'>): void {
    const header = request.headers['authorization'];
    const text = typeof header === 'string' ? header : '';
    const scheme = SCHEME.exec(text)?.[0];
    if (scheme === undefined) {
      this.fail(401);
      return;
    }
    const token = text.slice(scheme.length);
    this.authenticator.authenticate(token, requestedNamespace(request)).then(
      (principal) => this.success(principal),
      (error: unknown) =>
        this.error(error instanceof Error ? error : new Error('the authenticator failed', { cause: error })),
    );
  }
}
