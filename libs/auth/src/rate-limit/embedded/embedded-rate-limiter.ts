import { LRUCache } from 'lru-cache';
import type { RateLimitDecision } from '../rate-limiter.port.js';
import { RateLimiter } from '../rate-limiter.port.js';
import { RequestLog } from './request-log.js';

export interface EmbeddedRateLimiterOptions {
  /** Maximum number of keys, at least 1. Beyond it the least recently used key is dropped. Default 10 000. */
  readonly maxKeys?: number;
  /** Monotonic clock in milliseconds. Default: the process's. */
  readonly now?: () => number;
}

interface KeyState {
  readonly log: RequestLog;
  /** When the last counted request leaves the window. */
  idleAt: number;
}

/**
 * In-process rate limiter; exact, because it stores the time of every counted request. Memory: 8 bytes per request
 * inside the window; keys idle for a window are soon dropped.
 */
export class EmbeddedRateLimiter extends RateLimiter {
  private readonly keys: LRUCache<string, KeyState>;
  private readonly now: () => number;
  /** The least recently used key is not idle before this time. */
  private nextLookAt = -Infinity;

  constructor(options: EmbeddedRateLimiterOptions = {}) {
    super();
    this.keys = new LRUCache({ max: Math.max(1, options.maxKeys ?? 10_000) });
    this.now = options.now ?? (() => performance.now());
  }

  /** Current number of keys. */
  get size(): number {
    return this.keys.size;
  }

  override consume(key: string, limit: number, windowMs: number, cost = 1): Promise<RateLimitDecision> {
    const now = this.now();
    if (now >= this.nextLookAt) this.forgetIdle(now);
    const state = this.stateOf(key);
    const { log } = state;
    log.dropUntil(now - windowMs);
    const counted = Math.min(cost, limit);
    const allowed = log.size + counted <= limit;
    if (allowed) {
      for (let count = 0; count < counted; count++) log.append(now);
      state.idleAt = now + windowMs;
    }
    // Several requests must leave before there is room for several, or when the limit was lowered meanwhile.
    const leavesFirst = allowed ? log.at(0) : log.at(log.size + counted - limit - 1);
    const waitMs = leavesFirst === undefined ? 0 : leavesFirst + windowMs - now;
    return Promise.resolve({
      allowed,
      remaining: Math.max(0, limit - log.size),
      resetMs: waitMs,
      retryAfterMs: allowed ? 0 : waitMs,
    });
  }

  private stateOf(key: string): KeyState {
    const known = this.keys.get(key);
    if (known) return known;
    const state = { log: new RequestLog(), idleAt: 0 };
    this.keys.set(key, state);
    return state;
  }

  /** Drops a few of the least recently used keys, so that no request pays for a whole sweep. */
  private forgetIdle(now: number): void {
    for (let looks = 2; looks > 0; looks--) {
      const [key] = this.keys.rkeys();
      if (key === undefined) return;
      const idleAt = this.keys.peek(key)?.idleAt ?? now;
      if (idleAt > now) {
        this.nextLookAt = idleAt;
        return;
      }
      this.keys.delete(key);
    }
  }
}
