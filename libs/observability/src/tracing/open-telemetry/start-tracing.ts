import type { LoggerService } from '@nestjs/common';
import { bindTracer } from '../tracing.js';
import type { TracingOptions } from '../tracing-options.js';

/** Tracing of this process, on or off. */
export interface Tracing {
  /** Sends waiting spans within a time limit, then shuts down. Never rejects. */
  stop(): Promise<void>;
}

const OFF: Tracing = { stop: () => Promise.resolve() };

/**
 * Turns tracing on; without options it stays off and OpenTelemetry is not loaded. Call it before anything is wired, and
 * stop it after everything else. While the collector is down, spans are lost but requests are unaffected; this is logged
 * at most once a minute.
 */
export async function startTracing(
  options: TracingOptions | undefined,
  logger: Pick<LoggerService, 'warn'>,
): Promise<Tracing> {
  if (!options) return OFF;
  const { OpenTelemetrySession } = await import('./open-telemetry-session.js');
  const session = new OpenTelemetrySession(options, logger);
  bindTracer(session.tracer);
  return {
    stop: async () => {
      bindTracer(undefined);
      await session.close();
    },
  };
}
