/** The samplers that the OpenTelemetry specification names. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** Which spans are recorded, and where they are sent. */
export interface TracingOptions {
  /** `service.name` of the resource. */
  readonly serviceName: string;
  /** `service.version` of the resource. */
  readonly serviceVersion: string;
  /** Additional resource attributes; they override our own. */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  readonly exporter: OtlpExporterOptions | { readonly kind: 'console' };
  readonly sampler: SamplerName;
  /** For the ratio samplers: 0 to 1. */
  readonly ratio: number;
  /** Longest time a finished span waits to be sent, milliseconds. */
  readonly scheduleDelayMs: number;
  /** Maximum finished spans waiting to be sent; further ones are dropped. */
  readonly maxQueued: number;
  /** Maximum spans per request. */
  readonly maxBatch: number;
}

export interface OtlpExporterOptions {
  readonly kind: 'otlp';
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Whole address, such as `http://localhost:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest time for one delivery including retries, milliseconds. */
  readonly timeoutMs: number;
}
