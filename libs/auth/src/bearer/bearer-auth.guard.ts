import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { resolveNamespace, type Principal } from '@sfm/memory';
import { AuthOptions } from '../options/auth.options.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from '../request/public.decorator.js';
import { blameHeader, requestedNamespace } from '../request/requested-namespace.js';
import { BearerAuthenticator } from './bearer-authenticator.js';

/**
 * Admits a request when its bearer token belongs to a credential that may use the requested namespace, and sets
 * `principal` on the request. On public routes the principal is anonymous without any rights; in an area that the
 * operator has made public, it is anonymous and may read the default namespace.
 *
 * @throws MissingTokenError, InvalidTokenError, and any error of `resolveNamespace`.
 */
@Injectable()
export class BearerAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthOptions,
    private readonly authenticator: BearerAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const area = this.reflector.getAllAndOverride<string | undefined>(PUBLIC_AREA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (area === ALWAYS_PUBLIC) {
      request.principal = this.nobody([]);
      return true;
    }
    try {
      const mayStayAnonymous = area !== undefined && this.auth.publicAreas?.includes(area) === true;
      if (mayStayAnonymous && request.headers['authorization'] === undefined) {
        const { defaultNamespace } = this.auth;
        resolveNamespace([defaultNamespace], requestedNamespace(request), defaultNamespace);
        request.principal = this.nobody(['read']);
      } else {
        request.principal = await this.authenticator.authenticate(request, http.getResponse());
      }
    } catch (error) {
      throw blameHeader(error);
    }
    return true;
  }

  /** A caller without a token. */
  private nobody(scopes: Principal['scopes']): Principal {
    const namespace = this.auth.defaultNamespace;
    return { credentialId: undefined, namespace, namespaces: [namespace], scopes };
  }
}
