import type { AppConfig } from '@sfm/config';
import { memoryTopics, type KafkaConnectionOptions, type KafkaSecurity, type TopicOptions } from '@sfm/events';

const DEFAULT_PORT = 9092;

/** How to reach the brokers of the configuration; undefined when events stay inside. */
export function kafkaConnection({ kafka, service }: AppConfig, clientId: string): KafkaConnectionOptions | undefined {
  if (kafka.bootstrapServers === undefined || !service.eventingEnabled) return undefined;
  const brokers = kafka.bootstrapServers
    .split(',')
    .map((address) => address.trim())
    .map((address) => (/:\d+$/.test(address) ? address : `${address}:${DEFAULT_PORT}`));
  return { brokers, clientId, security: security(kafka) };
}

/** The topic of the memory events and its dead letter topic, as they are created where they are missing. */
export function kafkaTopics({ kafka }: AppConfig): readonly TopicOptions[] {
  const { memoryEventsTopic: topic, topicPartitions: partitions, replicationFactor } = kafka;
  return memoryTopics({ topic, partitions, ...(replicationFactor === undefined ? {} : { replicationFactor }) });
}

function security(kafka: AppConfig['kafka']): KafkaSecurity {
  const { securityProtocol: protocol, sslCaFile: caFile, sslCertFile: certFile, sslKeyFile: keyFile } = kafka;
  const { saslMechanism: mechanism, saslUsername: username = '', saslPassword: password = '' } = kafka;
  const sasl = protocol.startsWith('SASL_') ? { sasl: { mechanism, username, password } } : {};
  return { protocol, caFile, certFile, keyFile, ...sasl };
}
