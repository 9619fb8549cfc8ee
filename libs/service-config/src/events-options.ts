import type { EventsOptions, KafkaEventsOptions } from '@sfm/composition';
import type { AppConfig } from '@sfm/config';

const DEFAULT_PORT = 9092;

type Connection = KafkaEventsOptions['connection'];

/** Returns the brokers from the configuration; events stay in the process when it has none or requires that. */
export function eventsOptions({ kafka, service }: AppConfig): EventsOptions {
  if (kafka.bootstrapServers === undefined || !service.eventingEnabled) return { kind: 'embedded' };
  const brokers = kafka.bootstrapServers
    .split(',')
    .map((address) => address.trim())
    .map((address) => (/:\d+$/.test(address) ? address : `${address}:${DEFAULT_PORT}`));
  return {
    kind: 'kafka',
    connection: { brokers, security: security(kafka) },
    topic: kafka.memoryEventsTopic,
    partitions: kafka.topicPartitions,
    replicationFactor: kafka.replicationFactor,
    consumer: {
      groupId: kafka.consumerGroup,
      batchSize: kafka.consumerBatchSize,
      maxAttempts: kafka.consumerAttempts,
      maxBackoffMs: kafka.consumerBackoffMs,
      maxAheadMs: kafka.eventMaxAheadMs,
    },
  };
}

function security(kafka: AppConfig['kafka']): Connection['security'] {
  const { securityProtocol: protocol, sslCaFile: caFile, sslCertFile: certFile, sslKeyFile: keyFile } = kafka;
  const { saslMechanism: mechanism, saslUsername: username = '', saslPassword: password = '' } = kafka;
  const sasl = protocol.startsWith('SASL_') ? { sasl: { mechanism, username, password } } : {};
  return { protocol, caFile, certFile, keyFile, ...sasl };
}
