import type { LoggerService } from '@nestjs/common';
import { bindTracer } from '../tracing.js';
import type { TracingOptions } from '../tracing-options.js';

/** Traces of this process, on or off. */
export interface Tracing {
  /** Sends what waits, as far as a bounded time allows, and ends. Never rejects. */
  stop(): Promise<void>;
}

const OFF: Tracing = { stop: () => Promise.resolve() };

/**
 * Turns traces on, or leaves them off without options: then nothing of OpenTelemetry is loaded. Call it before
 * anything is wired, and stop it after everything else. A collector that is away costs spans, never requests; the log
 * says so, at most once a minute.
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
