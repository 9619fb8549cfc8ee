import { Injectable } from '@nestjs/common';
import { AuthOptions, type RateLimitOptions } from '../options/auth.options.js';
import { addressOf } from '../request/address-of.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { RateLimiter, type RateLimitDecision } from './rate-limiter.port.js';

const OWN_WINDOW_MS = 60_000;

/** One counted request: what its caller may be told of the limit. */
export interface CountedRequest extends RateLimitDecision {
  /** Requests per window. */
  readonly limit: number;
}

/** Counts requests per credential and route; callers without a token by their address. */
@Injectable()
export class CallerRates {
  constructor(
    private readonly auth: AuthOptions,
    private readonly limiter: RateLimiter,
  ) {}

  /** @param cost how many requests it counts as. Undefined where there is no limit. */
  async count(request: GuardedRequest, cost = 1): Promise<CountedRequest | undefined> {
    const { max, windowMs } = limitOf(this.auth.rateLimit, request);
    if (max <= 0 || windowMs <= 0) return undefined;
    return { limit: max, ...(await this.limiter.consume(keyOf(request), max, windowMs, cost)) };
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
