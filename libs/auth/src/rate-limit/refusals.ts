import { Injectable } from '@nestjs/common';
import { MemoryError, RateLimitExceededError } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import { AuthOptions } from '../options/auth.options.js';
import { addressOf } from '../request/address-of.js';
import type { GuardedRequest } from '../request/guarded-request.js';
import { NotedUses } from '../tokens/noted-uses.js';
import { RateLimiter, type RateLimitDecision } from './rate-limiter.port.js';

/** Most callers that are remembered as having used up their limit; the least recent one is forgotten beyond it. */
const MAX_REMEMBERED = 10_000;

/**
 * Counts the requests that never reach the limit of a credential and a route, because they are refused before: those
 * without a valid token by address, and those of a known credential whose body cannot be read by address and credential.
 * So nobody can use up the limit of somebody who has a token.
 */
@Injectable()
export class Refusals {
  /** The callers who have used up their limit, and how long from then on. */
  private readonly exhausted = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  constructor(
    private readonly auth: AuthOptions,
    private readonly limiter: RateLimiter,
    private readonly noted?: NotedUses,
  ) {}

  /** Counts a request that is refused with `reason`. Resolves with what it is to be answered: the reason, or the limit. */
  async count(request: GuardedRequest, reason: unknown): Promise<unknown> {
    if (request.principal === undefined && reason instanceof MemoryError) {
      this.noted?.uses?.noteRefusal(addressOf(request), reason.code);
    }
    const { max, windowMs } = this.auth.refusals ?? { max: 0, windowMs: 0 };
    if (max <= 0 || windowMs <= 0) return reason;
    const key = keyOf(request);
    if (this.exhausted.has(key)) return tooMany(this.exhausted.getRemainingTTL(key));
    const decision = await this.limiter.consume(key, max, windowMs);
    const waitMs = untilNext(decision);
    if (waitMs > 0) this.exhausted.set(key, true, { ttl: Math.max(1, waitMs) });
    return decision.allowed ? reason : tooMany(decision.retryAfterMs);
  }

  /** Call it before the body of an admitted request is read. @throws RateLimitExceededError after too many bad ones */
  assertFew(request: GuardedRequest): void {
    const key = keyOf(request);
    if (this.exhausted.has(key)) throw tooMany(this.exhausted.getRemainingTTL(key));
  }
}

function untilNext({ allowed, remaining, resetMs, retryAfterMs }: RateLimitDecision): number {
  if (!allowed) return retryAfterMs;
  return remaining === 0 ? resetMs : 0;
}

function tooMany(waitMs: number): RateLimitExceededError {
  return new RateLimitExceededError(Math.max(1, Math.ceil(waitMs / 1000)));
}

function keyOf(request: GuardedRequest): string {
  const { credentialId } = request.principal ?? {};
  return `refused ${addressOf(request)}${credentialId === undefined ? '' : ` credential ${credentialId}`}`;
}
