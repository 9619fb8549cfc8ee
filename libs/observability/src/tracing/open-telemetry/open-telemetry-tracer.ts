import {
  context,
  ROOT_CONTEXT,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  Tracer,
  type DetachedSpan,
  type OpenSpan,
  type SharedSpans,
  type SpanDescription,
  type SpanKind,
  type TraceIds,
} from '../tracer.js';

const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

const propagator = new W3CTraceContextPropagator();
const getter = {
  keys: (carrier: object) => Object.keys(carrier),
  get: (carrier: Readonly<Record<string, string | undefined>>, name: string) => carrier[name],
};

/** Spans of the OpenTelemetry API. Errors leave only their code or class in a span: messages may quote data. */
export class OpenTelemetryTracer extends Tracer {
  constructor(private readonly tracer: OtelTracer) {
    super();
  }

  begin(
    description: SpanDescription,
    headers: { readonly traceparent?: string; readonly tracestate?: string },
  ): DetachedSpan {
    const parent = propagator.extract(ROOT_CONTEXT, headers, getter);
    const span = this.start(description, parent);
    const inside = trace.setSpan(parent, span);
    return { ...opened(span), run: (work) => context.with(inside, work), end: () => span.end() };
  }

  inside<T>(describe: () => SpanDescription, work: (span?: OpenSpan) => Promise<T>): Promise<T> {
    const parent = context.active();
    if (trace.getSpan(parent)?.isRecording() !== true) return work();
    const span = this.start(describe(), parent);
    return this.ended([span], () => context.with(trace.setSpan(parent, span), work, undefined, opened(span)));
  }

  shared<T>(
    description: SpanDescription & { readonly beginsTrace?: boolean },
    traceparents: readonly (string | undefined)[],
    work: (spans: SharedSpans) => Promise<T>,
  ): Promise<T> {
    const spans = new Map<string, Span>();
    let first: Span | undefined;
    for (const traceparent of traceparents) {
      if (traceparent === undefined || spans.has(traceparent)) continue;
      const parent = propagator.extract(ROOT_CONTEXT, { traceparent }, getter);
      if (!trace.getSpanContext(parent)) continue;
      const span = this.start(description, parent);
      if (!span.isRecording()) continue;
      spans.set(traceparent, span);
      if (first) link(first, span);
      else first = span;
    }
    if (!first && description.beginsTrace) first = this.start(description, ROOT_CONTEXT);
    const spanOf = (traceparent: string | undefined) =>
      traceparent === undefined ? undefined : spans.get(traceparent);
    const shared: SharedSpans = {
      traceparents: traceparents.map((given) => {
        const span = spanOf(given);
        return span ? traceparentOf(span.spanContext()) : given;
      }),
      fail: (index, type) => fail(spanOf(traceparents[index]) ?? first, type),
    };
    const inside = first ? trace.setSpan(ROOT_CONTEXT, first) : ROOT_CONTEXT;
    const all = spans.size > 0 ? [...spans.values()] : first ? [first] : [];
    return this.ended(all, () => context.with(inside, work, undefined, shared));
  }

  outside<T>(work: () => T): T {
    return context.with(ROOT_CONTEXT, work);
  }

  traceparent(): string | undefined {
    const span = trace.getActiveSpan();
    return span?.isRecording() ? traceparentOf(span.spanContext()) : undefined;
  }

  ids(): TraceIds | undefined {
    return trace.getActiveSpan()?.spanContext();
  }

  private start({ name, kind, attributes }: SpanDescription, parent: Context): Span {
    return this.tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent);
  }

  private async ended<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const span of spans) fail(span, errorType(error));
      throw error;
    } finally {
      for (const span of spans) span.end();
    }
  }
}

function opened(span: Span): OpenSpan {
  return {
    rename: (name) => void span.updateName(name),
    set: (name, value) => void span.setAttribute(name, value),
    fail: (type) => fail(span, type),
  };
}

function fail(span: Span | undefined, type: string): void {
  span?.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** Links in both directions, so that each trace leads to the other. */
function link(first: Span, other: Span): void {
  first.addLink({ context: other.spanContext() });
  other.addLink({ context: first.spanContext() });
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Returns the root cause's code, such as a SQLSTATE or an errno, else the class name. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  let type = error.constructor.name;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') type = cause.code;
  }
  return type;
}
