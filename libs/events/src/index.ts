export { EmbeddedEventBus, type EventSubscriber } from './embedded/embedded-event-bus.js';
export { EventValidator } from './validation/event-validator.js';
export {
  type ApplyingOptions,
  type ConsumingObserver,
  type ConsumingOptions,
  type RetryCause,
} from './kafka/consuming/consuming-options.js';
export { KafkaBatchServer, MEMORY_EVENTS_PATTERN } from './kafka/consuming/kafka-batch-server.js';
export { LagReader } from './kafka/consuming/partitions/lag-reader.js';
export { RpcErrorPassThrough } from './kafka/consuming/rpc-error-pass-through.filter.js';
export {
  DeadLetterQueue,
  type DeadLetterQueueOptions,
  type RedriveOptions,
  type DismissResult,
  type RedriveResult,
} from './kafka/dead-letters/dead-letter-queue.js';
export { type DeadLetter, type DeadLetterItem } from './kafka/dead-letters/dead-letter.js';
export {
  decodeEventMessage,
  encodeEventMessage,
  eventMessageKey,
  type DecodedEvent,
  type DecodingRules,
  type PassedOver,
} from './kafka/messages/event-message.js';
export { EventTopic, type EventTopicOptions } from './kafka/topics/event-topic.js';
export { javaPartitioner } from './kafka/producing/java-partitioner.js';
export {
  createKafkaClient,
  kafkaClientConfig,
  type KafkaConnectionOptions,
  type KafkaLogin,
  type KafkaSecurity,
  type SaslMechanism,
} from './kafka/connection/kafka-client.js';
export { KafkaEventBus, type KafkaEventBusOptions } from './kafka/producing/kafka-event-bus.js';
export { KafkaHealth, type KafkaHealthOptions, type KafkaHealthReport } from './kafka/topics/kafka-health.js';
export { type KafkaLog } from './kafka/connection/kafka-log.js';
export {
  deadLetterTopicOf,
  KafkaTopics,
  MEMORY_EVENTS_TOPIC,
  memoryTopics,
  type TopicOptions,
} from './kafka/topics/kafka-topics.js';
export { DEFAULT_RELAY_OPTIONS, OutboxRelay, type OutboxRelayOptions, type RelayLog } from './relay/outbox-relay.js';
