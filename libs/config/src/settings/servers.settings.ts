import { integer, list, oneOf, flag, scaled, text, url } from '../setting-kinds.js';

const PEM_FILE = 'the path of a readable PEM file';
const HOST_AND_PORT = String.raw`([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?`;
const REDIS_LOGIN = String.raw`://(\S*@)?`;
const SENTINEL_LOGIN = String.raw`sentinel_(username|password)=[^\s@&]*`;
const REDIS_URL = new RegExp(
  [
    String.raw`^rediss?${REDIS_LOGIN}${HOST_AND_PORT}(/\d{0,7})?$`,
    String.raw`^rediss?\+cluster${REDIS_LOGIN}${HOST_AND_PORT}(,${HOST_AND_PORT})*(/0?)?$`,
    String.raw`^rediss?\+sentinel${REDIS_LOGIN}${HOST_AND_PORT}(,${HOST_AND_PORT})*/[^\s/@?]+(/\d{0,7})?` +
      String.raw`(\?${SENTINEL_LOGIN}(&${SENTINEL_LOGIN})?)?$`,
  ].join('|'),
);
const FIELD = /^[^\s,]{1,128}$/;

/** Redis: cache and rate limits shared by several processes. */
export const redisSettings = {
  url: text({
    name: 'REDIS_URL',
    fallback: undefined,
    pattern: REDIS_URL,
    allowed:
      'redis://user:password@host:6379/0, redis+cluster://:password@a:6379,b:6379 or redis+sentinel://' +
      ':password@a:26379,b:26379/master-name/0?sentinel_password=…; with rediss instead of redis for TLS',
    secret: 'url-credentials',
    description:
      'Redis: one server, some nodes of a cluster, or sentinels and the master they watch. With it (or REDIS_HOST) all ' +
      'processes share one cache and one rate limit; without it each process has its own. While it is down the service ' +
      'goes on without it.',
  }),
  host: text({
    name: 'REDIS_HOST',
    aliases: [{ name: 'SOMA_INFRA__REDIS', note: 'set REDIS_URL or REDIS_HOST instead' }],
    fallback: undefined,
    description: 'Host of one server; wins over the addresses of REDIS_URL.',
  }),
  port: integer({
    name: 'REDIS_PORT',
    fallback: undefined,
    min: 1,
    max: 65_535,
    description: 'Port of one server, 6379 unless set; wins over REDIS_URL.',
  }),
  db: integer({
    name: 'REDIS_DB',
    fallback: undefined,
    min: 0,
    max: 1_000_000,
    description: 'Database number; wins over REDIS_URL. A cluster has only 0.',
  }),
  password: text({
    name: 'REDIS_PASSWORD',
    fallback: undefined,
    secret: 'whole',
    description: 'Password; wins over REDIS_URL.',
  }),
  tlsCaFile: text({
    name: 'REDIS_TLS_CA',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate authority of Redis, for rediss:// addresses. With REDIS_HOST alone it switches TLS on.',
  }),
  cacheTtlSeconds: integer({
    name: 'SOMA_CACHE_TTL_SECONDS',
    fallback: 300,
    min: 1,
    max: 86_400,
    unit: 's',
    description:
      'How long Redis keeps a large payload that was read. What is served is always checked against PostgreSQL.',
  }),
};

/** Qdrant: the vector index as a server. */
export const qdrantSettings = {
  url: url({
    name: 'QDRANT_URL',
    schemes: ['http', 'https'],
    fallback: undefined,
    description:
      'Qdrant REST address; wins over host and port. With it the vector index lives in Qdrant, and any number of ' +
      'processes may serve from one POSTGRES_URL; without it the index lives in the process.',
  }),
  host: text({
    name: 'QDRANT_HOST',
    aliases: [{ name: 'SOMA_INFRA__QDRANT', note: 'set QDRANT_URL or QDRANT_HOST instead' }],
    fallback: undefined,
    description: 'Host of Qdrant.',
  }),
  port: integer({
    name: 'QDRANT_PORT',
    fallback: 6333,
    min: 1,
    max: 65_535,
    description: 'REST port of Qdrant.',
  }),
  apiKey: text({
    name: 'QDRANT_API_KEY',
    fallback: undefined,
    secret: 'whole',
    description: 'API key of Qdrant.',
  }),
  tls: flag({ name: 'QDRANT_TLS', fallback: false, description: 'Use https with host and port.' }),
  tlsCertFile: text({
    name: 'QDRANT_TLS_CERT',
    fallback: undefined,
    allowed: PEM_FILE,
    description: 'Certificate authority of Qdrant.',
  }),
  timeoutMs: integer({
    name: 'QDRANT_TIMEOUT_MS',
    fallback: 5000,
    min: 100,
    max: 600_000,
    unit: 'ms',
    description: 'Longest wait for an answer of Qdrant; recall then goes on without vectors and says so.',
  }),
  sharedCollection: text({
    name: 'QDRANT_SHARED_COLLECTION',
    fallback: undefined,
    pattern: /^[A-Za-z0-9_-]{1,100}$/,
    allowed: '1 to 100 letters, digits, "_" or "-"',
    description:
      'Keep all namespaces in one collection of this name, told apart by a tenant index: for very many small ' +
      'namespaces. Empty: each namespace has a collection of its own.',
  }),
  indexedFields: list({
    name: 'QDRANT_INDEXED_FIELDS',
    fallback: [],
    allowed: 'a comma list of payload fields such as user_id,meta.lang; or none',
    item: (field) => (FIELD.test(field) ? field : undefined),
    description:
      'Further payload fields to index for tools that query Qdrant themselves; filters of recall need none of them.',
  }),
  collection: text({
    name: 'QDRANT_COLLECTION',
    fallback: undefined,
    description:
      'Additional collection that receives the points of every namespace; each namespace has its own anyway.',
  }),
  extraCollection: text({
    name: 'QDRANT_EXTRA_COLLECTION',
    fallback: undefined,
    description: 'One more collection that receives every point.',
  }),
};

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
      'Attempts at an event that fails by itself before it is parked. Servers that are away do not count: they are ' +
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
};
