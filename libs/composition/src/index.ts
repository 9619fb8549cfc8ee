export { backendsOf, type Backends } from './settings/backends.js';
export { CacheBackend } from './cache/cache-backend.js';
export { EventBusConnection, EventBusModule } from './events/event-bus.module.js';
export { EventProcessingModule, foreignEventRecorder } from './events/event-processing.module.js';
export { embeddingModule, embeddingOptions } from './settings/embedding-options.js';
export { IndexingModule } from './indexing/indexing.module.js';
export { kafkaConnection, kafkaTopics } from './settings/kafka-options.js';
export { MaintenanceModule } from './maintenance/maintenance.module.js';
export { payloadFields, storeLimits } from './settings/memory-options.js';
export { openTruth, type OpenTruthOptions, type Truth } from './truth/open-truth.js';
export { explainPostgresProblem } from './settings/postgres-problem.js';
export { postgresTls } from './settings/postgres-tls.js';
export { ReplayModule } from './events/replay.module.js';
export { Shutdown } from './lifecycle/shutdown.js';
export { TelemetryModule } from './telemetry/telemetry.module.js';
export { tracingOptions, type TracedProgram } from './settings/tracing-options.js';
export { qdrantConnection, vectorOptions } from './settings/vector-options.js';
export { watchedServers, type WatchedServer } from './health/watched-servers.js';
export { batchingOf } from './settings/batching.js';
export { MemoryModule, type MemoryModuleOptions } from './memory/memory.module.js';
export { overlayOptions } from './settings/overlay-options.js';
export { PipelineModule } from './pipeline/pipeline.module.js';
export { PipelineService } from './pipeline/pipeline.service.js';
export {
  ServiceHealth,
  type PartHealth,
  type ServiceHealthReport,
  type WatchedParts,
} from './health/service-health.js';
