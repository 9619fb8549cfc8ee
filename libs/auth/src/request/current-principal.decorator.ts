import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '@sfm/memory';
import type { GuardedRequest } from './guarded-request.js';

/** The authenticated caller of this request. Requires BearerAuthGuard. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal === undefined) throw new Error('no BearerAuthGuard ran before this handler');
  return principal;
});
