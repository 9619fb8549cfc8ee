import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { resolveNamespace, type Principal } from '@sfm/memory';
import { AuthOptions } from '../options/auth.options.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from '../request/public.decorator.js';
import { blameHeader, requestedNamespace } from '../request/requested-namespace.js';
import { BearerAuthenticator } from './bearer-authenticator.js';

/**
 * Lets a request in when its bearer token names a credential that may use the namespace it asks for, and leaves the
 * `principal` on the request. On public routes that is nobody, who may do nothing; in an area that the operator has made
 * public, nobody who may read the default namespace.
 *
 * @throws MissingTokenError, InvalidTokenError, and what `resolveNamespace` throws.
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
