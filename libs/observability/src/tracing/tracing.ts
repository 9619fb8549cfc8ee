import type { DetachedSpan, OpenSpan, SharedSpans, SpanDescription, TraceIds, Tracer } from './tracer.js';

/**
 * Tracing functions for adapters, called where work leaves or enters the process. While tracing is off, no tracer is
 * bound, OpenTelemetry is not loaded, and each call costs one comparison.
 */
let tracer: Tracer | undefined;

const NO_SPANS = { fail: () => undefined };

/** Binds the tracer of this process, or none. */
export function bindTracer(bound: Tracer | undefined): void {
  tracer = bound;
}

export function isTracing(): boolean {
  return tracer !== undefined;
}

/**
 * Runs `work` in a child span of the current one. Without a current trace it creates no span and does not call
 * `describe`: background work that no caller waits for starts no traces.
 */
export function traceCall<T>(describe: () => SpanDescription, work: (span?: OpenSpan) => Promise<T>): Promise<T> {
  return tracer ? tracer.inside(describe, work) : work();
}

/**
 * Runs work that serves several traces at once, such as a batch. Each distinct trace context gets its own child span, so
 * that every trace shows the whole work. `work` runs inside the first span, which contains the calls it makes, and the
 * spans link to each other. Without any trace context `work` runs untraced, or with `beginsTrace` in a new trace.
 */
export function traceShared<T>(
  description: SpanDescription & { readonly beginsTrace?: boolean },
  traceparents: readonly (string | undefined)[],
  work: (spans: SharedSpans) => Promise<T>,
): Promise<T> {
  return tracer ? tracer.shared(description, traceparents, work) : work({ traceparents, ...NO_SPANS });
}

/** Runs `work`, and everything it starts, outside the current trace. */
export function outsideTraces<T>(work: () => T): T {
  return tracer ? tracer.outside(work) : work();
}

/** Opens a span that continues the trace of the W3C headers, or starts one; undefined while tracing is off. */
export function beginSpan(
  description: SpanDescription,
  headers: { readonly traceparent?: string; readonly tracestate?: string } = {},
): DetachedSpan | undefined {
  return tracer?.begin(description, headers);
}

/** Returns the current trace context as a W3C `traceparent`; undefined outside recorded traces. */
export function currentTraceparent(): string | undefined {
  return tracer?.traceparent();
}

/** Returns the current trace and span; undefined outside traces. */
export function currentTrace(): TraceIds | undefined {
  return tracer?.ids();
}

/** Returns the trace id of a `traceparent` while tracing is on. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return tracer && traceparent !== undefined ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
}

/** The form of W3C Trace Context, version 00, and of later versions as far as this one can read them. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[^\s]*)?$/;
const MAX_TRACEPARENT = 255;

/** Returns the text if it is a W3C `traceparent`, so that nothing else is stored or sent on. */
export function validTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_TRACEPARENT && TRACEPARENT.test(text) ? text : undefined;
}
