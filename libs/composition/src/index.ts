export { parseRedisUrl } from '@sfm/cache';
export { CacheBackend } from './cache/cache-backend.js';
export type { CacheOptions, RedisOptions } from './cache/cache-options.js';
export type { ConsumerOptions, EventsOptions, KafkaEventsOptions } from './events/events-options.js';
export { KafkaConsuming, type ConsumingSurroundings } from './events/kafka-consuming.js';
export { deadLetterQueue, outboxOf } from './events/dead-letter-places.js';
export { eventTopic, type EventTopicReading } from './events/event-topic.js';
export { withReplay, type ReplayOptions, type ReplayServices } from './events/with-replay.js';
export { VectorsHealth } from './health/vectors-health.js';
export { ServiceHealth } from './health/service-health.js';
export type {
  EmbeddedVectorsOptions,
  EmbedderOptions,
  IndexingOptions,
  QdrantVectorsOptions,
  VectorsOptions,
} from './indexing/indexing-options.js';
export { Shutdown } from './lifecycle/shutdown.js';
export {
  withLocalMaintenance,
  type MaintenanceOptions,
  type MaintenanceServices,
} from './maintenance/with-local-maintenance.js';
export {
  DEFAULT_FIELDS,
  DEFAULT_LIMITS,
  type BatchingOptions,
  type LimitsOptions,
  type MemoryLimits,
  type ReadingOptions,
  type RecallingOptions,
} from './memory/memory-options.js';
export { withPortability, type PortabilityOptions, type PortabilityServices } from './portability/with-portability.js';
export type { RelayOptions } from './pipeline/relay-options.js';
export type { LifecycleOptions } from './retention/lifecycle-options.js';
export { BackgroundWork } from './system/background-work.js';
export { completeOptions, type CompleteOptions } from './system/complete-options.js';
export { EventConsumerModule, type EventConsumerParts } from './system/event-consumer.module.js';
export { allowsManyProcesses, servingUse } from './system/many-processes.js';
export type { MemorySystemOptions } from './system/memory-system-options.js';
export { MemorySystemModule, type MemorySystemParts } from './system/memory-system.module.js';
export { openMemorySystem, type MemorySystem, type MemorySystemSurroundings } from './system/open-memory-system.js';
export { openTruth, type OpenTruthOptions, type Truth } from './truth/open-truth.js';
export type { ConnectionProblem } from '@sfm/storage';
export type { EmbeddedTruthOptions, ServerTruthOptions, TruthOptions } from './truth/truth-options.js';
export { PLAIN_WORDING, type TruthWording } from './truth/truth-wording.js';
export { runningDatabase, withConnection, withDatabase, withDataSource } from './truth/with-database.js';
