import type { DetachedSpan, OpenSpan, SharedSpans, SpanDescription, TraceIds, Tracer } from './tracer.js';

/**
 * What adapters call where they leave the process or are entered. While traces are off no tracer is bound, nothing of
 * OpenTelemetry is loaded, and each of these is one comparison.
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
 * Runs `work` in a span below the present one. There is no span, and `describe` is not asked, where nothing is traced:
 * what happens in the background, without anybody waiting for it, begins no traces.
 */
export function traceCall<T>(describe: () => SpanDescription, work: (span?: OpenSpan) => Promise<T>): Promise<T> {
  return tracer ? tracer.inside(describe, work) : work();
}

/**
 * Runs what is done at once for several traces, such as a batch. Each distinct trace context gets a span of its own
 * below it, so that every trace shows the work whole. `work` runs inside the first one: what it calls is found there,
 * and the spans link to each other. Without any trace context it runs outside of all traces, or with `beginsTrace` in
 * a new one.
 */
export function traceShared<T>(
  description: SpanDescription & { readonly beginsTrace?: boolean },
  traceparents: readonly (string | undefined)[],
  work: (spans: SharedSpans) => Promise<T>,
): Promise<T> {
  return tracer ? tracer.shared(description, traceparents, work) : work({ traceparents, ...NO_SPANS });
}

/** Runs `work`, and everything it starts, outside of the trace that caused it. */
export function outsideTraces<T>(work: () => T): T {
  return tracer ? tracer.outside(work) : work();
}

/** Opens a span that continues the trace of the W3C headers, or begins one; undefined while traces are off. */
export function beginSpan(
  description: SpanDescription,
  headers: { readonly traceparent?: string; readonly tracestate?: string } = {},
): DetachedSpan | undefined {
  return tracer?.begin(description, headers);
}

/** The present trace context as a W3C `traceparent`; undefined outside of traces that are recorded. */
export function currentTraceparent(): string | undefined {
  return tracer?.traceparent();
}

/** The present trace and span; undefined outside of traces. */
export function currentTrace(): TraceIds | undefined {
  return tracer?.ids();
}

/** The trace id of a `traceparent` while traces are on. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return tracer && traceparent !== undefined ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
}

/** The form of W3C Trace Context, version 00, and of later versions as far as this one can read them. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[^\s]*)?$/;
const MAX_TRACEPARENT = 255;

/** The text when it is a W3C `traceparent`, so that nothing else is stored or sent on. */
export function validTraceparent(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_TRACEPARENT && TRACEPARENT.test(text) ? text : undefined;
}
