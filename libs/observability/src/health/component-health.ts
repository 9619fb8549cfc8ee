import { Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';

export type HealthDetails = Record<string, unknown>;

/** A dependency of the service and its health check. */
export interface HealthComponent {
  readonly name: string;
  /** Resolves when the part works, optionally with details to show; rejects when it does not. */
  readonly check: (signal: AbortSignal) => Promise<HealthDetails | void>;
  /** Longest wait for the check, in milliseconds. Default 2000. */
  readonly timeoutMs?: number;
}

/** Result of one check. */
export interface ComponentHealthResult {
  readonly name: string;
  readonly healthy: boolean;
  readonly latency_ms: number;
  /** Details from the check; on failure only the kind of error, because health is readable without a token. */
  readonly details: HealthDetails;
}

/**
 * Checks the health of the service's parts. Checks run in parallel, each with its own timeout; a failing check never
 * makes another fail or wait. Logs changes of health with their reason.
 */
@Injectable()
export class ComponentHealth {
  private readonly logger = new Logger(ComponentHealth.name);
  private readonly components = new Map<string, HealthComponent>();
  private readonly unhealthy = new Set<string>();

  constructor(private readonly indicators: HealthIndicatorService) {}

  /** Adds a part, replacing one of the same name. */
  register(component: HealthComponent): void {
    this.components.set(component.name, component);
  }

  /**
   * Returns the health of all parts, in order of registration. A part that has not answered within `withinMs` counts as
   * unhealthy in this result; its check continues.
   */
  async checkAll(withinMs?: number): Promise<ComponentHealthResult[]> {
    return Promise.all(
      [...this.components.values()].map((component) => {
        const checked = this.check(component);
        return withinMs === undefined ? checked : answerWithin(component.name, checked, withinMs);
      }),
    );
  }

  private async check(component: HealthComponent): Promise<ComponentHealthResult> {
    const { name } = component;
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
      .withTimeout(component.timeoutMs ?? 2000);
    const { status, responseTime, details } = readOutcome((await attempt)[name]);
    const healthy = status === 'up';
    this.noteChange(name, healthy, reason);
    return { name, healthy, latency_ms: responseTime, details: healthy ? details : { error: kindOf(reason) } };
  }

  private noteChange(name: string, healthy: boolean, reason: unknown): void {
    if (healthy && this.unhealthy.delete(name)) this.logger.log({ msg: 'component recovered', component: name });
    if (healthy || this.unhealthy.has(name)) return;
    this.unhealthy.add(name);
    this.logger.warn({ msg: 'component is unhealthy', component: name, err: reason });
  }
}

async function answerWithin(
  name: string,
  checked: Promise<ComponentHealthResult>,
  withinMs: number,
): Promise<ComponentHealthResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ComponentHealthResult>((resolve) => {
    const result = { name, healthy: false, latency_ms: withinMs, details: { error: 'timeout' } };
    timer = setTimeout(resolve, withinMs, result);
  });
  return Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

function readOutcome(outcome: HealthDetails | undefined) {
  const { status, responseTime, details } = outcome ?? {};
  return {
    status,
    responseTime: typeof responseTime === 'number' ? responseTime : 0,
    details: typeof details === 'object' && details !== null ? { ...details } : {},
  };
}

/** `ECONNREFUSED`, an SQLSTATE, `StoreUnavailableError`, `timeout`: enough to investigate, nothing to exploit. */
function kindOf(reason: unknown): string {
  const { name, code, message } = factsOf(reason);
  if (message === 'timeout' || name === 'AbortError' || name === 'TimeoutError') return 'timeout';
  return code ?? name ?? 'error';
}

function factsOf(reason: unknown): { name?: string; code?: string; message?: string } {
  if (typeof reason !== 'object' || reason === null) return {};
  return {
    name: 'name' in reason && typeof reason.name === 'string' ? reason.name : undefined,
    code: 'code' in reason && typeof reason.code === 'string' ? reason.code : undefined,
    message: 'message' in reason && typeof reason.message === 'string' ? reason.message : undefined,
  };
}
