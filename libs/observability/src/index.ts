export {
  ComponentHealth,
  type ComponentHealthResult,
  type HealthComponent,
  type HealthDetails,
} from './health/component-health.js';
export { HealthModule } from './health/health.module.js';
export { keptResult } from './health/kept-result.js';
export { StructuredLogger, type LogDestination, type StructuredLoggerOptions } from './logging/structured-logger.js';
export { ClusterScrape, WorkerScrape } from './metrics/cluster-scrape.js';
export { answerInTime } from './metrics/answer-in-time.js';
export { type WatchedCircuit } from './metrics/circuit-metrics.js';
export { type GaugeSources } from './metrics/gauge-sources.js';
export { type GrpcObservation } from './metrics/grpc-metrics.js';
export { installHttpMetrics } from './metrics/http-metrics.hook.js';
export { MetricsController } from './metrics/metrics.controller.js';
export { MetricsModule, type MetricsModuleOptions } from './metrics/metrics.module.js';
export { SharedReading } from './metrics/shared-reading.js';
export { ServiceMetrics, type HttpObservation } from './metrics/service-metrics.js';
export { pushGauges, type PushedGauge } from './metrics/push-gauges.js';
export { NodeProcessMemory } from './process/process-memory.js';
export { chooseRequestId } from './request-id/request-id.js';
export { installRequestId, requestIdOf } from './request-id/request-id.hooks.js';
export { installHttpTracing } from './tracing/http-tracing.hook.js';
export { startTracing, type Tracing } from './tracing/open-telemetry/start-tracing.js';
export {
  type DetachedSpan,
  type OpenSpan,
  type SharedSpans,
  type SpanDescription,
  type TraceIds,
} from './tracing/tracer.js';
export {
  beginSpan,
  currentTrace,
  currentTraceparent,
  outsideTraces,
  traceCall,
  traceIdOf,
  traceShared,
  validTraceparent,
} from './tracing/tracing.js';
export { type SamplerName, type TracingOptions } from './tracing/tracing-options.js';
export { within } from './waiting/within.js';
