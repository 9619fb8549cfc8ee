export { EmbeddedEventBus, type EventSubscriber } from './embedded/embedded-event-bus.js';
export { EventValidator } from './event-validator.js';
export {
  type ApplyingOptions,
  type ConsumingObserver,
  type ConsumingOptions,
  type RetryCause,
} from './kafka/consuming/consuming-options.js';
export { KafkaBatchServer, MEMORY_EVENTS_PATTERN } from './kafka/consuming/kafka-batch-server.js';
export { LagReader } from './kafka/consuming/lag-reader.js';
export { RpcErrorPassThrough } from './kafka/consuming/rpc-error-pass-through.filter.js';
export {
  DeadLetterQueue,
  type DeadLetterQueueOptions,
  type RedriveOptions,
  type RedriveResult,
} from './kafka/dead-letter-queue.js';
export { type DeadLetter, type ParkItem } from './kafka/dead-letter.js';
export {
  decodeEventMessage,
  encodeEventMessage,
  eventMessageKey,
  type DecodedEvent,
  type DecodingRules,
} from './kafka/event-message.js';
export { EventTopic, type EventTopicOptions } from './kafka/event-topic.js';
export { javaPartitioner } from './kafka/java-partitioner.js';
export {
  createKafkaClient,
  kafkaClientConfig,
  type KafkaConnectionOptions,
  type KafkaLogin,
  type KafkaSecurity,
  type SaslMechanism,
} from './kafka/kafka-client.js';
export { KafkaEventBus, type KafkaEventBusOptions } from './kafka/kafka-event-bus.js';
export { KafkaHealth, type KafkaHealthOptions, type KafkaHealthReport } from './kafka/kafka-health.js';
export { type KafkaLog } from './kafka/kafka-log.js';
export {
  deadLetterTopicOf,
  KafkaTopics,
  MEMORY_EVENTS_TOPIC,
  memoryTopics,
  type TopicOptions,
} from './kafka/kafka-topics.js';
export { DEFAULT_RELAY_OPTIONS, OutboxRelay, type OutboxRelayOptions, type RelayLog } from './outbox-relay.js';
