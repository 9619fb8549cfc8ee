import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RateLimitExceededError } from '@sfm/memory';
import { AuthOptions, type RateLimitOptions } from '../options/auth.options.js';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from '../request/public.decorator.js';
import { addressOf } from '../request/address-of.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { RateLimiter } from './rate-limiter.port.js';

const UNLIMITED = 'sfm:unlimited';

/** The route (or all routes of the controller) is not rate limited. */
export const Unlimited = (): CustomDecorator => SetMetadata(UNLIMITED, true);

const COST = 'sfm:cost';
const OWN_WINDOW_MS = 60_000;

/**
 * How many requests one call of the route counts as, told from its parsed body, which is not checked yet; at least 1.
 */
export const CountsAs = (cost: (body: unknown) => number): CustomDecorator => SetMetadata(COST, cost);

interface HeaderWriter {
  header(name: string, value: string): unknown;
}

/**
 * Counts requests per credential and route pattern; methods of one pattern share a count, and a call that asks several
 * things at once counts as so many. Runs after BearerAuthGuard: refused tokens are counted by `Refusals`. Every limited response carries `RateLimit-Limit`, `-Remaining` and `-Reset`
 * (seconds).
 *
 * @throws RateLimitExceededError, after setting `Retry-After` (seconds).
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthOptions,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const { max, windowMs } = limitOf(this.auth.rateLimit, request);
    if (max <= 0 || windowMs <= 0 || this.isUnlimited(context)) return true;
    const decision = await this.limiter.consume(keyOf(request), max, windowMs, this.costOf(context, request));

    const response = http.getResponse<HeaderWriter>();
    response.header('RateLimit-Limit', String(max));
    response.header('RateLimit-Remaining', String(decision.remaining));
    response.header('RateLimit-Reset', String(Math.ceil(decision.resetMs / 1000)));
    if (decision.allowed) return true;
    const retryAfterSeconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
    response.header('Retry-After', String(retryAfterSeconds));
    throw new RateLimitExceededError(retryAfterSeconds);
  }

  private costOf(context: ExecutionContext, { body }: GuardedRequest): number {
    const cost = this.reflector.get<((body: unknown) => number) | undefined>(COST, context.getHandler());
    return Math.max(1, cost?.(body) ?? 1);
  }

  private isUnlimited(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return (
      this.reflector.getAllAndOverride<boolean | undefined>(UNLIMITED, targets) === true ||
      this.reflector.getAllAndOverride<string | undefined>(PUBLIC_AREA, targets) === ALWAYS_PUBLIC
    );
  }
}

/** A credential's own limit holds in the window of the service, and in one of its own where the service has no limit. */
function limitOf({ max, windowMs }: RateLimitOptions, { principal }: GuardedRequest): RateLimitOptions {
  const own = principal?.rateLimit;
  return own === undefined ? { max, windowMs } : { max: own, windowMs: windowMs > 0 ? windowMs : OWN_WINDOW_MS };
}

/** Prefixes keep credential ids and addresses from colliding. */
function keyOf(request: GuardedRequest): string {
  const { credentialId } = request.principal ?? {};
  const caller = credentialId === undefined ? `address ${addressOf(request)}` : `credential ${credentialId}`;
  return `${caller} ${request.routeOptions?.url ?? ''}`;
}
