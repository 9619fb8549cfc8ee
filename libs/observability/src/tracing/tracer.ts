export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Name and attributes of a span. They come from constants of this program, never from caller input. */
export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** An open span. */
export interface OpenSpan {
  /** Sets the name, when it was not known at the start. */
  rename(name: string): void;
  set(name: string, value: string | number): void;
  /** Marks the span as failed; `type` is a code or a class name, not a message. */
  fail(type: string): void;
}

/** The spans of work that serves several traces at once. */
export interface SharedSpans {
  /** For each given trace context, in order, the one to send on: its span's, or the given one itself. */
  readonly traceparents: readonly (string | undefined)[];
  /** Marks the work as failed for one of them; `type` as in `OpenSpan.fail`. */
  fail(index: number, type: string): void;
}

export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span whose work begins and ends in different calls, such as that of an HTTP request. */
export interface DetachedSpan extends OpenSpan {
  /** Runs `work`, and everything it starts, inside the span. */
  run<T>(work: () => T): T;
  end(): void;
}

/** Creates spans. Bound only while tracing is on; callers use the functions of `tracing.ts`. */
export abstract class Tracer {
  /** Opens a span that continues the trace of the W3C headers, or starts one. */
  abstract begin(
    description: SpanDescription,
    headers: { readonly traceparent?: string; readonly tracestate?: string },
  ): DetachedSpan;

  /** Runs `work` in a child span of the current one, or without a span when no current one is recorded. */
  abstract inside<T>(describe: () => SpanDescription, work: (span?: OpenSpan) => Promise<T>): Promise<T>;

  /** See `traceShared`. */
  abstract shared<T>(
    description: SpanDescription & { readonly beginsTrace?: boolean },
    traceparents: readonly (string | undefined)[],
    work: (spans: SharedSpans) => Promise<T>,
  ): Promise<T>;

  /** Runs `work` untraced. */
  abstract outside<T>(work: () => T): T;

  /** Returns the current span's context as a W3C `traceparent`; undefined outside recorded spans. */
  abstract traceparent(): string | undefined;

  abstract ids(): TraceIds | undefined;
}
