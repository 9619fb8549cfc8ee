import { RateLimiter, type RateLimitDecision } from '../rate-limiter.port.js';
import type { ScriptRunner } from './script-runner.js';
import { SLIDING_WINDOW } from './sliding-window.js';

export interface RedisRateLimiterOptions {
  /** Prefix of every key. @default 'soma:rate:' */
  readonly keyPrefix?: string;
  /** Called for every request that was counted without Redis. */
  readonly onFallback?: () => void;
  /** Monotonic clock in milliseconds. Default: the process's. */
  readonly now?: () => number;
}

interface Asked {
  readonly limit: number;
  readonly windowMs: number;
  readonly cost: number;
}

/**
 * Rate limiter for all processes that share a Redis: exact, on the server's clock.
 *
 * While Redis is down each process uses `own`, which has counted every request that the process allowed before. For one
 * window after Redis is back, both must allow a request, because Redis missed those allowed meanwhile. So one process
 * never exceeds the limit, and all of them together only while Redis is down. Never rejects because of Redis.
 */
export class RedisRateLimiter extends RateLimiter {
  private readonly keyPrefix: string;
  private readonly onFallback: () => void;
  private readonly now: () => number;
  private lastAloneAt = -Infinity;

  constructor(
    private readonly scripts: ScriptRunner,
    private readonly own: RateLimiter,
    options: RedisRateLimiterOptions = {},
  ) {
    super();
    this.keyPrefix = options.keyPrefix ?? 'soma:rate:';
    this.onFallback = options.onFallback ?? (() => undefined);
    this.now = options.now ?? (() => performance.now());
  }

  override async consume(key: string, limit: number, windowMs: number, cost = 1): Promise<RateLimitDecision> {
    const shared = await this.consumeShared(key, { limit, windowMs, cost: Math.min(cost, limit) });
    if (shared === undefined) {
      this.lastAloneAt = this.now();
      this.onFallback();
      return this.own.consume(key, limit, windowMs, cost);
    }
    if (!shared.allowed) return shared;
    const own = await this.own.consume(key, limit, windowMs, cost);
    const isSettled = this.now() - this.lastAloneAt > windowMs;
    if (isSettled) return shared;
    return own.remaining < shared.remaining || !own.allowed ? own : shared;
  }

  private async consumeShared(key: string, { limit, windowMs, cost }: Asked): Promise<RateLimitDecision | undefined> {
    const window = Math.ceil(windowMs * 1000);
    const answer = await this.scripts
      .runScript(SLIDING_WINDOW, [this.keyPrefix + key], [limit, window, cost])
      .catch(() => undefined);
    if (!Array.isArray(answer)) return undefined;
    const [allowed, counted, waitMicroseconds] = answer.map(Number);
    if (allowed === undefined || counted === undefined || waitMicroseconds === undefined) return undefined;
    const waitMs = waitMicroseconds / 1000;
    return {
      allowed: allowed === 1,
      remaining: Math.max(0, limit - counted),
      resetMs: waitMs,
      retryAfterMs: allowed === 1 ? 0 : waitMs,
    };
  }
}
