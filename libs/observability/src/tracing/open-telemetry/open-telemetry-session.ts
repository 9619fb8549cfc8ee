import { hostname } from 'node:os';
import type { LoggerService } from '@nestjs/common';
import { context, diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { Tracer } from '../tracer.js';
import type { TracingOptions } from '../tracing-options.js';
import { OpenTelemetryTracer } from './open-telemetry-tracer.js';

const CLOSE_MS = 3000;
const COMPLAINT_MS = 60_000;

/** The SDK, from its start to its last delivery. One at a time: the trace context is the process's. */
export class OpenTelemetrySession {
  readonly tracer: Tracer;
  private readonly provider: TracerProvider;

  constructor(options: TracingOptions, logger: Pick<LoggerService, 'warn'>) {
    diag.setLogger(complaints(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.provider = new TracerProvider({
      resource: resourceOf(options),
      sampler: samplerOf(options),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: exporterOf(options),
          scheduledDelayMillis: options.scheduleDelayMs,
          maxQueueSize: options.maxQueued,
          maxExportBatchSize: Math.min(options.maxBatch, options.maxQueued),
        }),
      ],
    });
    this.tracer = new OpenTelemetryTracer(this.provider.getTracer('somafractalmemory', options.serviceVersion));
  }

  /** Sends waiting spans; gives up after a few seconds. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
    context.disable();
    diag.disable();
  }
}

function resourceOf({ serviceName, serviceVersion, resourceAttributes }: TracingOptions) {
  const own = {
    'service.name': serviceName,
    'service.version': serviceVersion,
    'service.instance.id': `${hostname()}-${process.pid}`,
    'host.name': hostname(),
    'process.pid': process.pid,
  };
  return defaultResource().merge(resourceFromAttributes({ ...own, ...resourceAttributes }));
}

function exporterOf({ exporter }: TracingOptions): SpanExporter {
  if (exporter.kind === 'console') return new ConsoleSpanExporter();
  const { protocol, url, headers, timeoutMs } = exporter;
  const config = { url, headers: { ...headers }, timeoutMillis: timeoutMs };
  return protocol === 'http/json' ? new JsonExporter(config) : new ProtobufExporter(config);
}

function samplerOf({ sampler, ratio }: TracingOptions): Sampler {
  const root = rootSampler(sampler.replace(/^parentbased_/, ''), ratio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  return name === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}

/** Limits the SDK's warnings, which repeat with every delivery. */
function complaints(logger: Pick<LoggerService, 'warn'>): DiagLogger {
  let quietUntil = 0;
  const complain = (message: string, ...details: unknown[]) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + COMPLAINT_MS;
    const reason = [message, ...details].map(textOf).join(' ').slice(0, 500);
    logger.warn({ msg: 'traces are not delivered; requests are not affected', reason });
  };
  const silent = () => undefined;
  return { error: complain, warn: complain, info: silent, debug: silent, verbose: silent };
}

function textOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
