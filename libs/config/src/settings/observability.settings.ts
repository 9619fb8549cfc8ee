import { integer, oneOf, text } from '../setting-kinds.js';

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

const NO_TRACES = 'this version sends no traces; logs and metrics are complete';

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
    fallback: 'none',
    description: 'Where traces go.',
    caveats: [{ kind: 'notice', reason: NO_TRACES, when: (exporter) => exporter !== 'none' }],
  }),
  otlpEndpoint: text({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: undefined,
    description: 'Address of the trace collector.',
    secret: 'url-credentials',
    caveats: [{ kind: 'notice', reason: NO_TRACES }],
  }),
};
