import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { GuardedRequest } from '../request/guarded-request.js';
import { PUBLIC_AREA } from '../request/public.decorator.js';
import { CallerAdmission } from './caller-admission.js';

/**
 * Admits a request when its bearer token belongs to a credential that may use the requested namespace, and sets
 * `principal` on the request. On public routes the principal is anonymous without any rights; in an area that the
 * operator has made public, it is anonymous and may read the default namespace.
 *
 * @throws any error of `CallerAdmission`.
 */
@Injectable()
export class BearerAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly admission: CallerAdmission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const targets = [context.getHandler(), context.getClass()];
    const area = this.reflector.getAllAndOverride<string | undefined>(PUBLIC_AREA, targets);
    await this.admission.admit(http.getRequest<GuardedRequest>(), http.getResponse(), area);
    return true;
  }
}
