import { integer, oneOf, PEM_FILE, scaled, text } from '../kinds/setting-kinds.js';

/** Kafka: events for the consumer and for processes outside. */
export const kafkaSettings = {
  bootstrapServers: text({
    name: 'KAFKA_BOOTSTRAP_SERVERS',
    aliases: [{ name: 'SOMA_INFRA__KAFKA', note: 'set KAFKA_BOOTSTRAP_SERVERS instead' }],
    fallback: undefined,
    pattern: /^[^\s,:]+(:\d{1,5})?(\s*,\s*[^\s,:]+(:\d{1,5})?)*$/,
    allowed: 'a comma list of host:port; the port is 9092 where none is given',
    description:
      'Brokers that receive the memory events. With them the consumer process indexes memories; it needs POSTGRES_URL ' +
      'and QDRANT_URL too, because both processes work on the same stores.',
  }),
  securityProtocol: oneOf({
    name: 'KAFKA_SECURITY_PROTOCOL',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    fallback: 'PLAINTEXT',
    description: 'Transport security of the brokers.',
  }),
  sslCaFile: text({
    name: 'KAFKA_SSL_CA_LOCATION',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate authority of the brokers.',
  }),
  sslCertFile: text({
    name: 'KAFKA_SSL_CERTIFICATE_LOCATION',
    fallback: undefined,
    allowed: `${PEM_FILE}, together with KAFKA_SSL_KEY_LOCATION`,
    description: 'Certificate that this service shows to the brokers.',
  }),
  sslKeyFile: text({
    name: 'KAFKA_SSL_KEY_LOCATION',
    fallback: undefined,
    allowed: `${PEM_FILE}, together with KAFKA_SSL_CERTIFICATE_LOCATION`,
    description: 'Private key of that certificate.',
  }),
  saslMechanism: oneOf({
    name: 'KAFKA_SASL_MECHANISM',
    values: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    fallback: 'PLAIN',
    description: 'How to log in to the brokers, when the security protocol says so.',
  }),
  saslUsername: text({
    name: 'KAFKA_SASL_USERNAME',
    fallback: undefined,
    description: 'User at the brokers.',
  }),
  saslPassword: text({
    name: 'KAFKA_SASL_PASSWORD',
    fallback: undefined,
    secret: 'whole',
    description: 'Password at the brokers.',
  }),
  memoryEventsTopic: text({
    name: 'KAFKA_MEMORY_EVENTS_TOPIC',
    fallback: 'memory.events',
    pattern: /^[A-Za-z0-9._-]{1,245}$/,
    allowed: '1 to 245 letters, digits, ".", "_" or "-"',
    description: 'Topic of the memory events. Events that cannot be applied go to the topic of this name with ".dlq".',
  }),
  topicPartitions: integer({
    name: 'KAFKA_TOPIC_PARTITIONS',
    fallback: 6,
    min: 1,
    max: 10_000,
    unit: 'partitions',
    description: 'Partitions of the topic when the service creates it; at most so many consumers share the work.',
  }),
  replicationFactor: integer({
    name: 'KAFKA_REPLICATION_FACTOR',
    fallback: undefined,
    min: 1,
    max: 100,
    unit: 'copies',
    description:
      'Copies of each partition when the service creates a topic. Default: 3, or as many as there are brokers.',
  }),
  consumerGroup: text({
    name: 'KAFKA_CONSUMER_GROUP',
    fallback: 'soma-consumer-group',
    description: 'Consumer group of the indexing consumers.',
  }),
  consumerBatchSize: integer({
    name: 'SOMA_CONSUMER_BATCH_SIZE',
    fallback: 500,
    min: 1,
    max: 10_000,
    unit: 'events',
    description: 'Most events that the consumer applies and commits together.',
  }),
  consumerAttempts: integer({
    name: 'SOMA_CONSUMER_MAX_ATTEMPTS',
    fallback: 5,
    min: 1,
    max: 1000,
    unit: 'attempts',
    description:
      'Attempts at an event that fails by itself before it is dead-lettered. Servers that are away do not count: they are ' +
      'waited for.',
  }),
  consumerBackoffMs: scaled({
    name: 'SOMA_CONSUMER_MAX_BACKOFF_SECONDS',
    fallback: 10,
    min: 0.1,
    max: 600,
    factor: 1000,
    unit: 's',
    description: 'Longest pause of a partition while a server that it needs is away.',
  }),
  eventMaxAheadMs: scaled({
    name: 'SOMA_EVENT_MAX_AHEAD_SECONDS',
    fallback: 300,
    min: 0,
    max: 86_400,
    factor: 1000,
    unit: 's',
    description:
      'How far the clock of another producer may be ahead of ours. An event within that counts as of now, one beyond is refused.',
  }),
};
