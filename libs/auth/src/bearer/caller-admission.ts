import { Injectable } from '@nestjs/common';
import {
  IssuerUnavailableError,
  RequestEndedError,
  resolveNamespace,
  StoreUnavailableError,
  type Principal,
} from '@sfm/memory';
import { AuthOptions } from '../options/auth.options.js';
import { Refusals } from '../rate-limit/refusals.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { ALWAYS_PUBLIC } from '../request/public.decorator.js';
import { blameHeader, requestedNamespace } from '../request/requested-namespace.js';
import { BearerAuthenticator } from './bearer-authenticator.js';

/** What decides that a request is admitted, and as whom. */
@Injectable()
export class CallerAdmission {
  constructor(
    private readonly auth: AuthOptions,
    private readonly authenticator: BearerAuthenticator,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Sets `principal` on the request, once: the guard admits by this, and a server may ask earlier, before it reads a body.
   *
   * @param area of a route that needs no token, always or where the operator says so.
   * @throws MissingTokenError, any error of the authenticator and of `resolveNamespace`, and RateLimitExceededError after
   * too many refusals of one address, whatever kind of token it sends.
   */
  async admit(request: GuardedRequest, response: unknown, area?: string): Promise<Principal> {
    request.principal ??= await this.identify(request, response, area);
    return request.principal;
  }

  private async identify(request: GuardedRequest, response: unknown, area?: string): Promise<Principal> {
    if (area === ALWAYS_PUBLIC) return this.nobody([]);
    try {
      const mayStayAnonymous = area !== undefined && this.auth.publicAreas?.includes(area) === true;
      if (!mayStayAnonymous || request.headers['authorization'] !== undefined) {
        return await this.authenticator.authenticate(request, response);
      }
      const { defaultNamespace } = this.auth;
      resolveNamespace([defaultNamespace], requestedNamespace(request), defaultNamespace);
      return this.nobody(['read']);
    } catch (error) {
      // Nobody was refused when nobody could say who came.
      throw isAway(error) ? error : await this.refusals.count(request, blameHeader(error));
    }
  }

  /** A caller without a token. */
  private nobody(scopes: Principal['scopes']): Principal {
    const namespace = this.auth.defaultNamespace;
    return { credentialId: undefined, namespace, namespaces: [namespace], scopes };
  }
}

function isAway(error: unknown): boolean {
  return [StoreUnavailableError, IssuerUnavailableError, RequestEndedError].some((kind) => error instanceof kind);
}
