import { Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { within } from '../waiting/within.js';
import { kindOf } from './kind-of-failure.js';

export type HealthDetails = Record<string, unknown>;

/** A dependency of the service and its health check. */
export interface HealthComponent {
  readonly name: string;
  /** Resolves when the part works, optionally with details to show; rejects when it does not. */
  readonly check: (signal: AbortSignal) => Promise<HealthDetails | void>;
  /** Longest wait for the check, in milliseconds. Default 2000. */
  readonly timeoutMs?: number;
  /** Details to show whether it is healthy or not. */
  readonly facts?: () => HealthDetails;
}

/** Result of one check. */
export interface ComponentHealthResult {
  readonly name: string;
  readonly healthy: boolean;
  readonly latency_ms: number;
  /** Details from the check; on failure only the kind of error, because health is readable without a token. */
  readonly details: HealthDetails;
}

/** A result is given out for this long, in milliseconds, a good one no longer than a bad one. */
const FRESH_MS = 1000;
const TIMEOUT_MS = 2000;
/** Those who ask wait this long for a new check before they get the last result again. */
const GRACE_MS = 100;

interface Watched {
  readonly component: HealthComponent;
  /** The check under way, which all callers share. */
  running?: Promise<ComponentHealthResult>;
  /** The same, which gives out the last result if the check takes long. */
  patience?: Promise<ComponentHealthResult>;
  last?: ComponentHealthResult;
  /** When `last` came to be, on the clock of `performance.now()`. */
  lastAtMs: number;
}

/**
 * Checks the health of the service's parts. However often it is asked, a part has one check under way at most and about
 * one in a second; nobody asks, nothing is checked. Checks run in parallel, each with its own timeout; a failing check
 * never makes another fail or wait. Logs changes of health with their reason.
 */
@Injectable()
export class ComponentHealth {
  private readonly logger = new Logger(ComponentHealth.name);
  private readonly parts = new Map<string, Watched>();
  private readonly unhealthy = new Set<string>();

  constructor(private readonly indicators: HealthIndicatorService) {}

  /** Adds a part, replacing one of the same name. */
  register(component: HealthComponent): void {
    this.parts.set(component.name, { component, lastAtMs: -Infinity });
  }

  /**
   * Returns the health of all parts, in order of registration: a second old at most, or as old as a check takes that is
   * under way. The same object stands for a part until it is checked again. A part that has not answered within
   * `withinMs` and is not known counts as unhealthy in this result; its check continues.
   */
  async checkAll(withinMs?: number): Promise<readonly ComponentHealthResult[]> {
    const results: ComponentHealthResult[] = [];
    const checks = [...this.parts.values()].map((part) => this.resultOf(part, withinMs));
    for (const check of checks) results.push(check instanceof Promise ? await check : check);
    return results;
  }

  /**
   * Returns the last result while it is fresh. While the next check takes long it stays usable for as long as that may
   * take, so that those who ask often never wait for a part that hangs.
   */
  private resultOf(part: Watched, withinMs?: number): ComponentHealthResult | Promise<ComponentHealthResult> {
    const { last, lastAtMs, component } = part;
    const ageMs = performance.now() - lastAtMs;
    if (last && ageMs < FRESH_MS) return last;
    const checked = this.checkOnce(part);
    if (last && ageMs < FRESH_MS + GRACE_MS + (component.timeoutMs ?? TIMEOUT_MS)) {
      part.patience ??= within(GRACE_MS, checked, last);
      return part.patience;
    }
    if (withinMs === undefined) return checked;
    return within(withinMs, checked, {
      name: component.name,
      healthy: false,
      latency_ms: withinMs,
      details: { error: 'timeout' },
    });
  }

  private checkOnce(part: Watched): Promise<ComponentHealthResult> {
    const check = async () => {
      try {
        part.last = await this.check(part.component);
        part.lastAtMs = performance.now();
        return part.last;
      } finally {
        part.running = undefined;
        part.patience = undefined;
      }
    };
    part.running ??= check();
    return part.running;
  }

  /** Never rejects. */
  private async check(component: HealthComponent): Promise<ComponentHealthResult> {
    const { name, facts = () => ({}) } = component;
    let reason: unknown = new Error('timeout');
    const attempt = this.indicators
      .check(name)
      .attempt(async ({ signal }) => {
        try {
          return { details: (await component.check(signal)) ?? {} };
        } catch (error) {
          reason = error;
          throw error;
        }
      })
      .withTimeout(component.timeoutMs ?? TIMEOUT_MS);
    const { status, responseTime, details } = readOutcome((await attempt)[name]);
    const healthy = status === 'up';
    this.noteChange(name, healthy, reason);
    const shown = healthy ? details : { error: kindOf(reason) };
    return { name, healthy, latency_ms: responseTime, details: { ...shown, ...facts() } };
  }

  private noteChange(name: string, healthy: boolean, reason: unknown): void {
    if (healthy && this.unhealthy.delete(name)) this.logger.log({ msg: 'component recovered', component: name });
    if (healthy || this.unhealthy.has(name)) return;
    this.unhealthy.add(name);
    this.logger.warn({ msg: 'component is unhealthy', component: name, err: reason });
  }
}

function readOutcome(outcome: HealthDetails | undefined) {
  const { status, responseTime, details } = outcome ?? {};
  return {
    status,
    responseTime: typeof responseTime === 'number' ? responseTime : 0,
    details: typeof details === 'object' && details !== null ? { ...details } : {},
  };
}
