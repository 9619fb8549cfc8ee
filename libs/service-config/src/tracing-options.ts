import type { AppConfig } from '@sfm/config';
import type { TracingOptions } from '@sfm/observability';

/** Default address of OTLP over HTTP. */
const LOCAL_COLLECTOR = 'http://localhost:4318';

/** The traced program. */
export interface TracedProgram {
  /** Service name of its spans, unless the configuration sets one. */
  readonly name: string;
  readonly version: string;
}

/** Tracing options of this program; undefined when tracing is off, which is the default. */
export function tracingOptions({ telemetry }: AppConfig, program: TracedProgram): TracingOptions | undefined {
  const endpoint = telemetry.otlpTracesEndpoint ?? telemetry.otlpEndpoint;
  const exporter = telemetry.tracesExporter ?? (endpoint === undefined ? 'none' : 'otlp');
  if (exporter === 'none') return undefined;
  return {
    serviceName: telemetry.traceServiceName ?? program.name,
    serviceVersion: program.version,
    resourceAttributes: keyValues(telemetry.traceResource),
    exporter:
      exporter === 'console'
        ? { kind: 'console' }
        : {
            kind: 'otlp',
            protocol: telemetry.otlpProtocol,
            url: telemetry.otlpTracesEndpoint ?? tracesUrl(telemetry.otlpEndpoint ?? LOCAL_COLLECTOR),
            headers: keyValues(telemetry.otlpHeaders),
            timeoutMs: telemetry.otlpTimeoutMs,
          },
    sampler: telemetry.traceSampler,
    ratio: Number(telemetry.traceRatio),
    scheduleDelayMs: telemetry.traceScheduleDelayMs,
    maxQueued: telemetry.traceMaxQueued,
    maxBatch: telemetry.traceMaxBatch,
  };
}

function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/(?<!\/)\/+$/, '')}/v1/traces`;
  return url.href;
}

/** `name=value,…` with percent-encoded values. */
function keyValues(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim())];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
