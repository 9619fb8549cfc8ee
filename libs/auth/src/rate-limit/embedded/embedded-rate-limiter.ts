import { LRUCache } from 'lru-cache';
import type { RateLimitDecision } from '../rate-limiter.port.js';
import { RateLimiter } from '../rate-limiter.port.js';
import { RequestLog } from './request-log.js';

export interface EmbeddedRateLimiterOptions {
  /** Most keys remembered, at least 1. Beyond it the key that was idle longest is forgotten. Default 10 000. */
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
 * Rate limiter inside the process; exact, because the time of every counted request is kept. Memory: 8 bytes per
 * request inside the window, and soon nothing for keys that were idle for a window.
 */
export class EmbeddedRateLimiter extends RateLimiter {
  private readonly keys: LRUCache<string, KeyState>;
  private readonly now: () => number;
  /** Until then the key that was not used longest is not idle. */
  private nextLookAt = -Infinity;

  constructor(options: EmbeddedRateLimiterOptions = {}) {
    super();
    this.keys = new LRUCache({ max: Math.max(1, options.maxKeys ?? 10_000) });
    this.now = options.now ?? (() => performance.now());
  }

  /** Keys remembered at the moment. */
  get size(): number {
    return this.keys.size;
  }

  override consume(key: string, limit: number, windowMs: number): Promise<RateLimitDecision> {
    const now = this.now();
    if (now >= this.nextLookAt) this.forgetIdle(now);
    const state = this.stateOf(key);
    const { log } = state;
    log.dropUntil(now - windowMs);
    const allowed = log.size < limit;
    if (allowed) {
      log.append(now);
      state.idleAt = now + windowMs;
    }
    // With a limit lowered meanwhile, several requests must leave before there is room.
    const leavesFirst = allowed ? log.at(0) : log.at(log.size - limit);
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

  /** Forgets a few of the keys that were not used longest: no request pays for a whole sweep. */
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
