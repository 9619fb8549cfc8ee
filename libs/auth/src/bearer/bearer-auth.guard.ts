import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard, AuthModuleOptions } from '@nestjs/passport';
import { AuthOptions } from '../auth.options.js';
import { resolveNamespace } from '../namespace/resolve-namespace.js';
import type { GuardedRequest } from '../principal.js';
import { InvalidTokenException, MissingBearerTokenException } from './auth.errors.js';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from './public.decorator.js';

/**
 * Lets a request in when its bearer token names a credential that may use the namespace it asks for, and leaves
 * `principal` and `namespace` on the request.
 *
 * @throws MissingBearerTokenException (401), InvalidTokenException (403), and what `resolveNamespace` throws.
 */
@Injectable()
export class BearerAuthGuard extends AuthGuard() {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthOptions,
    @Inject(AuthModuleOptions) passportOptions: AuthModuleOptions,
  ) {
    super(passportOptions);
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const area = this.reflector.getAllAndOverride<string | undefined>(PUBLIC_AREA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (area === ALWAYS_PUBLIC) {
      request.namespace = this.auth.defaultNamespace;
      return true;
    }
    const mayStayAnonymous = area !== undefined && this.auth.publicAreas?.includes(area) === true;
    if (!mayStayAnonymous || request.headers['authorization'] !== undefined) await super.canActivate(context);
    request.namespace = resolveNamespace(
      request.principal,
      request.headers['x-soma-namespace'],
      this.auth.defaultNamespace,
    );
    return true;
  }

  override handleRequest<TUser>(error: unknown, user: TUser | false | null | undefined, failure: unknown): TUser {
    if (error instanceof Error) throw error;
    if (error !== null && error !== undefined) throw new Error('the bearer strategy failed', { cause: error });
    if (user) return user;
    throw failure === 'invalid' ? new InvalidTokenException() : new MissingBearerTokenException();
  }
}
