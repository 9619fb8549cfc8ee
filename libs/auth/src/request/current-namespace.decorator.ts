import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GuardedRequest, Principal } from './principal.js';

/** The namespace this request works in. Needs BearerAuthGuard in front. */
export const CurrentNamespace = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { namespace } = context.switchToHttp().getRequest<GuardedRequest>();
  if (namespace === undefined) throw new Error('no BearerAuthGuard ran before this handler');
  return namespace;
});

/** Who calls; undefined on routes that need no token. */
export const CurrentPrincipal = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal | undefined =>
    context.switchToHttp().getRequest<GuardedRequest>().principal,
);
