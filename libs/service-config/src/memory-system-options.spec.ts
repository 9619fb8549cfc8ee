import { describe, expect, it } from '@jest/globals';
import { completeOptions } from '@sfm/composition';
import { loadConfig, type Environment } from '@sfm/config';
import { resolve } from 'node:path';
import { memorySystemOptions } from './memory-system-options.js';

const options = (environment: Environment) => memorySystemOptions(loadConfig(environment), 'soma-test');
const SERVERS = { POSTGRES_URL: 'postgresql://p/d', QDRANT_URL: 'http://q', KAFKA_BOOTSTRAP_SERVERS: 'a, b:19092' };

describe('the memory system of the configuration', () => {
  it('is, without settings, what one is without options', () => {
    const truth = { kind: 'embedded', dataDir: resolve('data') } as const;
    const { truth: configured, ...service } = completeOptions(options({}));
    const { truth: _, ...plain } = completeOptions({ truth, clientName: 'soma-test' });
    expect(service).toEqual(plain);
    expect(configured).toMatchObject({
      ...truth,
      pool: { size: 15, connectTimeoutMs: 5000, statementTimeoutMs: 30_000 },
    });
  });

  it('stands on the servers whose addresses are given', () => {
    expect(options({ ...SERVERS, POSTGRES_SSL_MODE: 'require', QDRANT_EXTRA_COLLECTION: 'more' })).toMatchObject({
      truth: { kind: 'server', url: 'postgresql://p/d', tls: { mode: 'require' } },
      vectors: { kind: 'qdrant', connection: { url: 'http://q' }, mirrors: ['more'] },
      events: {
        kind: 'kafka',
        connection: { brokers: ['a:9092', 'b:19092'], security: { protocol: 'PLAINTEXT' } },
        topic: 'memory.events',
        partitions: 6,
        consumer: { groupId: 'soma-consumer-group', batchSize: 500, maxAttempts: 5, maxBackoffMs: 10_000 },
      },
    });
  });

  it('keeps events inside when the configuration says so', () => {
    expect(options({ ...SERVERS, EVENTING_ENABLED: 'false' }).events).toEqual({ kind: 'embedded' });
  });

  it('logs in to brokers only where their protocol does', () => {
    const login = {
      ...SERVERS,
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
    };
    const security = (environment: Environment) => {
      const { events } = options(environment);
      return events?.kind === 'kafka' ? events.connection.security : undefined;
    };
    expect(security(login)?.sasl).toEqual({ mechanism: 'PLAIN', username: 'u', password: 'p' });
    expect(security(SERVERS)).not.toHaveProperty('sasl');
  });

  it('keeps memories and lets them decay as the settings say', () => {
    const decay = {
      SOMA_DECAY_THRESHOLDS_SECONDS: '10,100',
      SOMA_DECAYABLE_KEYS_BY_LEVEL: 'a+b,c',
      SOMA_DECAY_BY_SCORE: '1',
    };
    const given = {
      SOMA_MAX_MEMORY_SIZE: '5',
      SOMA_PRUNING_INTERVAL_SECONDS: '7',
      SOMA_EXPIRY_SWEEP_SECONDS: '2',
      ...decay,
    };
    expect(options(given)).toMatchObject({
      expiry: { intervalMs: 2000 },
      lifecycle: {
        maxMemories: 5,
        intervalMs: 7000,
        decay: {
          levels: [
            { afterSeconds: 10, keys: ['a', 'b'] },
            { afterSeconds: 100, keys: ['c'] },
          ],
          isScored: true,
        },
      },
    });
    const off = options({ ...given, SOMA_DECAY_ENABLED: 'false', SOMA_MAX_MEMORY_SIZE: '0' });
    expect(off.lifecycle).toMatchObject({ maxMemories: 0, decay: { levels: [], isScored: false } });
  });

  it('groups writes and takes fields and limits as the settings say', () => {
    expect(options({ SOMA_WRITE_BATCH_SIZE: '1', SOMA_TEXT_FIELDS: 'said', SOMA_MAX_TOP_K: '7' })).toMatchObject({
      batching: { maxBatch: 1 },
      fields: { text: ['said'] },
      limits: { maxTopK: 7 },
    });
    expect(completeOptions(options({ SOMA_WRITE_BATCH_SIZE: '1', POSTGRES_POOL_SIZE: '9' })).batching).toMatchObject({
      maxBatch: 1,
      maxInFlight: 9,
    });
  });

  it('tells of trouble with PostgreSQL by the names of settings', () => {
    const { wording } = options(SERVERS).truth;
    expect(wording?.refused('no', 'database missing')).toBe(
      'the PostgreSQL of POSTGRES_URL refused us (no); the database of POSTGRES_URL does not exist there: create it',
    );
    expect(wording?.unreachable('down')).toBe(
      'the PostgreSQL of POSTGRES_URL cannot be reached (down); start it or correct the URL',
    );
    expect(wording?.inUse(' (pid 7)', 'PostgreSQL database d at p:5432')).toMatch(
      / \(pid 7\) .*give all of them one QDRANT_URL/,
    );
  });
});
