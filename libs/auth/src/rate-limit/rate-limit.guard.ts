import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RateLimitExceededError } from '@sfm/memory';
import { ALWAYS_PUBLIC, PUBLIC_AREA } from '../request/public.decorator.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { CallerRates } from './caller-rates.js';

const UNLIMITED = 'sfm:unlimited';

/** The route (or all routes of the controller) is not rate limited. */
export const Unlimited = (): CustomDecorator => SetMetadata(UNLIMITED, true);

const COST = 'sfm:cost';

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
    private readonly rates: CallerRates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isUnlimited(context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const decision = await this.rates.count(request, this.costOf(context, request));
    if (decision === undefined) return true;

    const response = http.getResponse<HeaderWriter>();
    response.header('RateLimit-Limit', String(decision.limit));
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
