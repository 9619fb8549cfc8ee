import { integer, oneOf, text, url } from '../kinds/setting-kinds.js';

/** Logs. */
export const loggingSettings = {
  level: oneOf({
    name: 'LOG_LEVEL',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    synonyms: { notset: 'trace', verbose: 'debug', log: 'info', warning: 'warn', critical: 'fatal' },
    fallback: 'info',
    description: 'Least severe level that is logged.',
  }),
  format: oneOf({
    name: 'SOMA_LOG_FORMAT',
    values: ['json', 'pretty', 'auto'],
    fallback: 'auto',
    description: 'json: one object per line. pretty: for people. auto: pretty on a terminal, else json.',
  }),
};

const KEY_VALUES = /^\s*[^\s=,]+\s*=[^,]*(?:,\s*[^\s=,]+\s*=[^,]*)*,?$/;

/** Metrics of the consumer, and traces. */
export const telemetrySettings = {
  consumerMetricsPort: integer({
    name: 'CONSUMER_METRICS_PORT',
    fallback: 8001,
    min: 0,
    max: 65_535,
    description: 'Port of the consumer process for /metrics, /healthz and /readyz, on the address of SOMA_API_HOST.',
  }),
  tracesExporter: oneOf({
    name: 'OTEL_TRACES_EXPORTER',
    values: ['none', 'otlp', 'console'],
    fallback: undefined,
    description:
      'Where traces go. none: nowhere, whatever else is set. otlp: to a collector. console: to the output. ' +
      'Default: otlp when OTEL_EXPORTER_OTLP_ENDPOINT is set, else none.',
  }),
  otlpEndpoint: url({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    schemes: ['http', 'https'],
    fallback: undefined,
    description:
      'Address of the collector; setting it turns traces on. /v1/traces is added to it. ' +
      'With OTEL_TRACES_EXPORTER=otlp alone it is http://localhost:4318.',
    caveats: [
      {
        kind: 'notice',
        reason: 'port 4317 is usually that of gRPC; traces are sent over HTTP, which collectors take on 4318',
        when: (address) => /:4317(\/|$)/.test(address ?? ''),
      },
    ],
  }),
  otlpTracesEndpoint: url({
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    schemes: ['http', 'https'],
    fallback: undefined,
    description: 'Whole address for traces, nothing is added; wins over OTEL_EXPORTER_OTLP_ENDPOINT.',
  }),
  otlpProtocol: oneOf({
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    values: ['http/protobuf', 'http/json'],
    fallback: 'http/protobuf',
    description: 'How traces are written on the wire.',
  }),
  otlpHeaders: text({
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    fallback: undefined,
    pattern: KEY_VALUES,
    allowed: 'a comma list of name=value, values percent-encoded',
    secret: 'whole',
    description: 'Headers of every delivery to the collector, such as its token.',
  }),
  otlpTimeoutMs: integer({
    name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    fallback: 10_000,
    min: 100,
    max: 60_000,
    unit: 'ms',
    description: 'Longest time for one delivery to the collector, tries included. Requests never wait for it.',
  }),
  traceServiceName: text({
    name: 'OTEL_SERVICE_NAME',
    fallback: undefined,
    description: 'service.name of the spans. Default: soma-api in the api, soma-consumer in the consumer.',
  }),
  traceResource: text({
    name: 'OTEL_RESOURCE_ATTRIBUTES',
    fallback: undefined,
    pattern: KEY_VALUES,
    allowed: 'a comma list of name=value, values percent-encoded',
    description: 'Further attributes of all spans, such as deployment.environment.name=production.',
  }),
  traceSampler: oneOf({
    name: 'OTEL_TRACES_SAMPLER',
    values: [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    fallback: 'parentbased_always_on',
    description:
      'Which traces are recorded. parentbased_…: a request that carries a trace context is as its caller says.',
  }),
  traceRatio: text({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    fallback: '1',
    pattern: /^(?:[01](?:\.0*)?|0?\.\d+)$/,
    allowed: 'a number from 0 to 1',
    description: 'Share of traces that the ratio samplers record.',
  }),
  traceScheduleDelayMs: integer({
    name: 'OTEL_BSP_SCHEDULE_DELAY',
    fallback: 5000,
    min: 1,
    max: 600_000,
    unit: 'ms',
    description: 'Longest time a finished span waits to be sent.',
  }),
  traceMaxQueued: integer({
    name: 'OTEL_BSP_MAX_QUEUE_SIZE',
    fallback: 2048,
    min: 1,
    max: 1_000_000,
    description: 'Finished spans that may wait to be sent; further ones are dropped.',
  }),
  traceMaxBatch: integer({
    name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    fallback: 512,
    min: 1,
    max: 100_000,
    description: 'Most spans of one delivery.',
  }),
};
