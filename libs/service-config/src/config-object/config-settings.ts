import type { Environment } from '@sfm/config';
import type { ReadConfig } from './memory-system-config.js';

/** Values by the names of settings; null: unset, whatever the environment says. */
type Overrides = Readonly<Record<string, string | null | undefined>>;

const QDRANT_PORT = 6333;

/** The settings, by all their names, that say where Redis is. */
const NO_REDIS: Overrides = {
  REDIS_URL: null,
  REDIS_HOST: null,
  SOMA_INFRA__REDIS: null,
  REDIS_PORT: null,
  REDIS_DB: null,
  REDIS_PASSWORD: null,
};
const NO_QDRANT: Overrides = { QDRANT_URL: null, QDRANT_HOST: null, SOMA_INFRA__QDRANT: null, QDRANT_PORT: null };

/**
 * Returns the environment as an explicit configuration changes it: what that says wins, so a setting means the same to
 * this package as to the service.
 */
export function withConfig(environment: Environment, config: ReadConfig): Environment {
  const changed: Record<string, string | undefined> = { ...environment };
  const overrides: Overrides = {
    ...redisSettings(config.redis),
    ...postgresSettings(config),
    ...vectorSettings(config),
    ...eventingSettings(config.eventing),
    ...memorySettings(config.memory_enterprise),
  };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === null) delete changed[name];
    else if (value !== undefined) changed[name] = value;
  }
  return changed;
}

function redisSettings(redis: ReadConfig['redis']): Overrides {
  if (!redis) return {};
  const { host, port, db, password, url, enabled, testing } = redis;
  if (testing === true || enabled === false) return NO_REDIS;
  if (url === undefined && host === undefined && port === undefined && db === undefined) return {};
  // Whoever says one part of the address says the whole of it.
  return {
    ...NO_REDIS,
    ...(url === undefined ? { REDIS_HOST: host ?? 'localhost' } : { REDIS_URL: url }),
    ...given({ REDIS_PORT: port?.toString(), REDIS_DB: db?.toString(), REDIS_PASSWORD: password }),
  };
}

function postgresSettings({ postgres, data_dir: dataDir }: ReadConfig): Overrides {
  // A folder of one's own is no use while another place is named.
  const isEmbedded = dataDir !== undefined && postgres?.url === undefined;
  return { POSTGRES_URL: isEmbedded ? null : postgres?.url, SOMA_DATA_DIR: dataDir };
}

function vectorSettings({ vector, qdrant = {} }: ReadConfig): Overrides {
  const { url, host, port, api_key: apiKey, location, path, testing } = qdrant;
  const isInside = vector?.backend === 'memory' || testing === true || location === ':memory:' || path !== undefined;
  if (isInside) return NO_QDRANT;
  const server = url ?? location ?? (host === undefined ? undefined : `http://${host}:${port ?? QDRANT_PORT}`);
  return {
    ...(server === undefined ? {} : { ...NO_QDRANT, QDRANT_URL: server }),
    ...given({ QDRANT_API_KEY: apiKey }),
  };
}

function eventingSettings(eventing: ReadConfig['eventing']): Overrides {
  const { enabled, brokers, topic } = eventing ?? {};
  return {
    ...(brokers ? { SOMA_INFRA__KAFKA: null, KAFKA_BOOTSTRAP_SERVERS: brokers.join(',') } : {}),
    ...given({ EVENTING_ENABLED: enabled?.toString(), KAFKA_MEMORY_EVENTS_TOPIC: topic }),
  };
}

function memorySettings(memory: ReadConfig['memory_enterprise']): Overrides {
  return {
    ...(memory?.vector_dim === undefined ? {} : { MEMORY_VECTOR_DIM: null }),
    ...given({
      SOMA_MAX_MEMORY_SIZE: memory?.max_memory_size?.toString(),
      SOMA_PRUNING_INTERVAL_SECONDS: memory?.pruning_interval_seconds?.toString(),
      SOMA_DECAY_ENABLED: memory?.decay_enabled?.toString(),
      ...decaySettings(memory),
      SOMA_VECTOR_DIM: memory?.vector_dim?.toString(),
    }),
  };
}

/** A threshold without keys takes nothing, and keys without a threshold are never taken, as in the reference implementation. */
function decaySettings({
  decay_thresholds_seconds: thresholds,
  decayable_keys_by_level: keys = [],
}: NonNullable<ReadConfig['memory_enterprise']> = {}): Overrides {
  if (!thresholds) return {};
  const levels = thresholds
    .map((seconds, index) => ({ seconds, keys: keys[index] ?? [] }))
    .sort((a, b) => a.seconds - b.seconds);
  const taken = new Set<string>();
  const texts = new Map<number, string>();
  for (const level of levels) {
    const more = level.keys.filter((key) => !taken.has(key));
    for (const key of more) taken.add(key);
    if (more.length > 0) texts.set(level.seconds, [texts.get(level.seconds) ?? [], more].flat().join('+'));
  }
  return {
    SOMA_DECAY_THRESHOLDS_SECONDS: texts.size > 0 ? [...texts.keys()].join(',') : 'none',
    SOMA_DECAYABLE_KEYS_BY_LEVEL: texts.size > 0 ? [...texts.values()].join(',') : 'none',
  };
}

/** Leaves out what is not said. */
function given(settings: Readonly<Record<string, string | undefined>>): Overrides {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
