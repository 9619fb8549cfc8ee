import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthOptions } from '../options/auth.options.js';
import { resolveNamespace } from '../namespace/resolve-namespace.js';
import type { GuardedRequest } from '../request/principal.js';
import { BearerAuthenticator } from './bearer-authenticator.js';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from '../request/public.decorator.js';

/**
 * Lets a request in when its bearer token names a credential that may use the namespace it asks for, and leaves
 * `principal` and `namespace` on the request.
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
      request.namespace = this.auth.defaultNamespace;
      return true;
    }
    const mayStayAnonymous = area !== undefined && this.auth.publicAreas?.includes(area) === true;
    if (!mayStayAnonymous || request.headers['authorization'] !== undefined) {
      request.principal = await this.authenticator.authenticate(request, http.getResponse());
    }
    request.namespace = resolveNamespace(
      request.principal,
      request.headers['x-soma-namespace'],
      this.auth.defaultNamespace,
    );
    return true;
  }
}
