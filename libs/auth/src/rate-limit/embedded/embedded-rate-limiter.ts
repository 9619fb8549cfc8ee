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
 * request inside the window, and nothing for keys that were idle for a window.
 */
export class EmbeddedRateLimiter extends RateLimiter {
  // In order of last use, so that idle keys are at the front.
  private readonly keys = new Map<string, KeyState>();
  private readonly maxKeys: number;
  private readonly now: () => number;

  constructor(options: EmbeddedRateLimiterOptions = {}) {
    super();
    this.maxKeys = Math.max(1, options.maxKeys ?? 10_000);
    this.now = options.now ?? (() => performance.now());
  }

  /** Keys remembered at the moment. */
  get size(): number {
    return this.keys.size;
  }

  override consume(key: string, limit: number, windowMs: number): Promise<RateLimitDecision> {
    const now = this.now();
    const state = this.keys.get(key) ?? { log: new RequestLog(), idleAt: 0 };
    this.keys.delete(key);
    this.makeRoom(now);
    this.keys.set(key, state);

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

  /** Forgets a few of the keys that were not used longest: no request pays for a whole sweep. */
  private makeRoom(now: number): void {
    let looks = 2;
    for (const [key, { idleAt }] of this.keys) {
      if (this.keys.size < this.maxKeys && (looks-- === 0 || idleAt > now)) return;
      this.keys.delete(key);
    }
  }
}
