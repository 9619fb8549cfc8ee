import { flag, integer, oneOf, text, url } from '../setting-kinds.js';

const NO_REDIS = 'this version keeps cache and rate limits in the process; no Redis is contacted and nothing is lost';
const NO_QDRANT =
  'this version keeps the vector index in the process, rebuilt from PostgreSQL; no Qdrant is contacted and nothing is lost';
const KAFKA_UNUSED = 'no Kafka broker is contacted in this version';

const redis = { kind: 'notice', reason: NO_REDIS } as const;
const qdrant = { kind: 'notice', reason: NO_QDRANT } as const;
const kafka = { kind: 'notice', reason: KAFKA_UNUSED } as const;

/** Redis: cache and rate limits shared by several processes. */
export const redisSettings = {
  url: url({
    name: 'REDIS_URL',
    schemes: ['redis', 'rediss'],
    fallback: undefined,
    description: 'Redis, as redis://:password@host:6379/0.',
    caveats: [redis],
  }),
  host: text({ name: 'REDIS_HOST', fallback: undefined, description: 'Host; wins over REDIS_URL.', caveats: [redis] }),
  port: integer({
    name: 'REDIS_PORT',
    fallback: undefined,
    min: 1,
    max: 65_535,
    description: 'Port; wins over REDIS_URL.',
    caveats: [redis],
  }),
  db: integer({
    name: 'REDIS_DB',
    fallback: undefined,
    min: 0,
    max: 1_000_000,
    description: 'Database number; wins over REDIS_URL.',
    caveats: [redis],
  }),
};

/** Qdrant: the vector index as a server. */
export const qdrantSettings = {
  url: url({
    name: 'QDRANT_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description: 'Qdrant REST address; wins over host and port.',
    caveats: [qdrant],
  }),
  host: text({ name: 'QDRANT_HOST', fallback: undefined, description: 'Host of Qdrant.', caveats: [qdrant] }),
  port: integer({
    name: 'QDRANT_PORT',
    fallback: 6333,
    min: 1,
    max: 65_535,
    description: 'REST port of Qdrant.',
    caveats: [qdrant],
  }),
  tls: flag({ name: 'QDRANT_TLS', fallback: false, description: 'Use https with host and port.', caveats: [qdrant] }),
  tlsCertFile: text({
    name: 'QDRANT_TLS_CERT',
    fallback: undefined,
    allowed: 'the path of a PEM file',
    description: 'Certificate authority of Qdrant.',
    caveats: [qdrant],
  }),
  collection: text({
    name: 'QDRANT_COLLECTION',
    fallback: undefined,
    description:
      'Additional collection that receives the points of every namespace; each namespace has its own anyway.',
    caveats: [qdrant],
  }),
  extraCollection: text({
    name: 'QDRANT_EXTRA_COLLECTION',
    fallback: undefined,
    description: 'One more collection that receives every point.',
    caveats: [qdrant],
  }),
};

/** Kafka: events for processes outside. */
export const kafkaSettings = {
  bootstrapServers: text({
    name: 'KAFKA_BOOTSTRAP_SERVERS',
    fallback: undefined,
    pattern: /^[^\s,]+:\d{1,5}(\s*,\s*[^\s,]+:\d{1,5})*$/,
    allowed: 'a comma list of host:port',
    description:
      'Brokers that receive the memory events. Refused in this version unless EVENTING_ENABLED=false, because no message ' +
      'would reach the broker and whoever reads from it.',
    caveats: [kafka],
  }),
  securityProtocol: oneOf({
    name: 'KAFKA_SECURITY_PROTOCOL',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    fallback: 'PLAINTEXT',
    description: 'Transport security of the brokers.',
    caveats: [kafka],
  }),
  sslCaFile: text({
    name: 'KAFKA_SSL_CA_LOCATION',
    fallback: undefined,
    allowed: 'the path of a PEM file',
    description: 'Certificate authority of the brokers.',
    caveats: [kafka],
  }),
  saslMechanism: oneOf({
    name: 'KAFKA_SASL_MECHANISM',
    values: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    fallback: undefined,
    description: 'How to log in to the brokers.',
    caveats: [kafka],
  }),
  saslUsername: text({
    name: 'KAFKA_SASL_USERNAME',
    fallback: undefined,
    description: 'User at the brokers.',
    caveats: [kafka],
  }),
  saslPassword: text({
    name: 'KAFKA_SASL_PASSWORD',
    fallback: undefined,
    secret: 'whole',
    description: 'Password at the brokers.',
    caveats: [kafka],
  }),
  memoryEventsTopic: text({
    name: 'KAFKA_MEMORY_EVENTS_TOPIC',
    fallback: 'memory.events',
    pattern: /^[A-Za-z0-9._-]{1,249}$/,
    allowed: '1 to 249 letters, digits, ".", "_" or "-"',
    description: 'Topic of the memory events.',
    caveats: [kafka],
  }),
  consumerGroup: text({
    name: 'KAFKA_CONSUMER_GROUP',
    fallback: 'soma-consumer-group',
    description: 'Consumer group of the indexing consumers.',
    caveats: [kafka],
  }),
};
