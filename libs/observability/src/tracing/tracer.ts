export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What a span says of itself. Names and values come from this program's own words, never from what callers sent. */
export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** A span that is open. */
export interface OpenSpan {
  /** Gives it the name that was not known when it began. */
  rename(name: string): void;
  set(name: string, value: string | number): void;
  /** Marks what it stands for as failed; `type` is a code or the name of a class, not a message. */
  fail(type: string): void;
}

/** The spans of work that is done at once for several traces. */
export interface SharedSpans {
  /** For each of the given trace contexts, in order, the one to send on: that of its span, or the given one itself. */
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

/** Makes spans. Bound only while traces are on; everybody asks through the functions of `tracing.ts`. */
export abstract class Tracer {
  /** Opens a span that continues the trace of the W3C headers, or begins one. */
  abstract begin(
    description: SpanDescription,
    headers: { readonly traceparent?: string; readonly tracestate?: string },
  ): DetachedSpan;

  /** Runs `work` in a span below the present one; without a present one that is recorded, without a span. */
  abstract inside<T>(describe: () => SpanDescription, work: (span?: OpenSpan) => Promise<T>): Promise<T>;

  /** See `traceShared`. */
  abstract shared<T>(
    description: SpanDescription & { readonly beginsTrace?: boolean },
    traceparents: readonly (string | undefined)[],
    work: (spans: SharedSpans) => Promise<T>,
  ): Promise<T>;

  /** Runs `work` as if nothing were traced. */
  abstract outside<T>(work: () => T): T;

  /** The context of the present span as a W3C `traceparent`; undefined outside of spans that are recorded. */
  abstract traceparent(): string | undefined;

  abstract ids(): TraceIds | undefined;
}
