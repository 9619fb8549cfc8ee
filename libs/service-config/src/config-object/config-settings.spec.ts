import { describe, expect, it } from '@jest/globals';
import { withConfig } from './config-settings.js';
import { readConfigObject, type MemorySystemConfig } from './memory-system-config.js';

const ENVIRONMENT = {
  REDIS_URL: 'redis://elsewhere:7000/3',
  POSTGRES_URL: 'postgresql://elsewhere/db',
  QDRANT_HOST: 'elsewhere',
  EVENTING_ENABLED: 'true',
  SOMA_VECTOR_DIM: '64',
  OTHER: 'stays',
};
const settings = (config: MemorySystemConfig) => {
  const read = readConfigObject(config);
  if ('problem' in read) throw new Error(`${read.problem.place} ${read.problem.allowed}`);
  return withConfig(ENVIRONMENT, read.config);
};

describe('a configuration', () => {
  it('leaves the environment as it is where it says nothing', () => {
    expect(settings({})).toEqual(ENVIRONMENT);
  });

  it('wins over the environment, one server as a whole', () => {
    const changed = settings({
      redis: { host: 'r', db: 1 },
      postgres: { url: 'postgresql://p/d' },
      qdrant: { host: 'q' },
      eventing: { enabled: false, brokers: ['k1:9092', 'k2'] },
      memory_enterprise: { vector_dim: 32, max_memory_size: 5, pruning_interval_seconds: 60 },
    });
    expect(changed).toEqual({
      REDIS_HOST: 'r',
      REDIS_DB: '1',
      POSTGRES_URL: 'postgresql://p/d',
      QDRANT_URL: 'http://q:6333',
      EVENTING_ENABLED: 'false',
      KAFKA_BOOTSTRAP_SERVERS: 'k1:9092,k2',
      SOMA_VECTOR_DIM: '32',
      SOMA_MAX_MEMORY_SIZE: '5',
      SOMA_PRUNING_INTERVAL_SECONDS: '60',
      OTHER: 'stays',
    });
  });

  it.each([
    [[10, 100], [['a'], ['b', 'c']], '10,100', 'a,b+c'],
    [[100, 10], [['a', 'b'], ['b']], '10,100', 'b,a'],
    [[10, 10, 20], [['a'], ['b'], ['a']], '10', 'a+b'],
    [[10, 100, 1000], [['a']], '10', 'a'],
    [[], [['a']], 'none', 'none'],
  ])('means with thresholds %j and keys %j what the reference implementation means', (thresholds, keys, ages, lost) => {
    const decay = { decay_thresholds_seconds: thresholds, decayable_keys_by_level: keys, decay_enabled: false };
    expect(settings({ memory_enterprise: decay })).toEqual({
      ...ENVIRONMENT,
      SOMA_DECAY_ENABLED: 'false',
      SOMA_DECAY_THRESHOLDS_SECONDS: ages,
      SOMA_DECAYABLE_KEYS_BY_LEVEL: lost,
    });
  });

  it.each<MemorySystemConfig>([
    { redis: { testing: true }, vector: { backend: 'Memory' }, data_dir: '/d' },
    { redis: { enabled: false }, qdrant: { location: ':memory:' }, data_dir: '/d' },
    { redis: { host: 'r', testing: true }, qdrant: { host: 'q', testing: true }, data_dir: '/d' },
  ])('%j needs no server', (config) => {
    const changed = settings(config);
    expect(changed).toEqual({ EVENTING_ENABLED: 'true', SOMA_VECTOR_DIM: '64', OTHER: 'stays', SOMA_DATA_DIR: '/d' });
  });
});
