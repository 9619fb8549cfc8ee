import type { RedisConnection } from '@sfm/cache';
import type { AppConfig } from '@sfm/config';
import { KafkaHealth } from '@sfm/events';
import { QdrantHealth, QdrantServer } from '@sfm/vector';
import { backendsOf } from '../settings/backends.js';
import { kafkaConnection } from '../settings/kafka-options.js';
import { qdrantConnection } from '../settings/vector-options.js';

/** A server beside the truth whose absence degrades the service and stops no write. */
export interface WatchedServer {
  readonly name: 'qdrant' | 'redis' | 'kafka';
  /** Resolves with facts worth showing; rejects when the server does not answer. */
  readonly check: () => Promise<Record<string, unknown>>;
}

/** The servers of the configuration that have nothing else to tell how they are. */
export function watchedServers(config: AppConfig, clientId: string, redis?: RedisConnection): readonly WatchedServer[] {
  return [...watchedRedis(redis), ...watchedQdrant(config), ...watchedKafka(config, clientId)];
}

function watchedRedis(redis: RedisConnection | undefined): readonly WatchedServer[] {
  return redis === undefined ? [] : [{ name: 'redis', check: async () => ({ ...(await redis.check()) }) }];
}

function watchedQdrant(config: AppConfig): readonly WatchedServer[] {
  if (backendsOf(config).vectors !== 'qdrant') return [];
  const health = new QdrantHealth(new QdrantServer(qdrantConnection(config)));
  return [
    {
      name: 'qdrant',
      check: async () => {
        const { isUp, version, problem } = await health.check();
        if (!isUp) throw new Error(problem);
        return { version };
      },
    },
  ];
}

function watchedKafka(config: AppConfig, clientId: string): readonly WatchedServer[] {
  const connection = kafkaConnection(config, clientId);
  if (!connection) return [];
  const health = new KafkaHealth(connection, { topics: [config.kafka.memoryEventsTopic] });
  return [
    {
      name: 'kafka',
      check: async () => {
        const { isUp, brokers, problem } = await health.check();
        if (!isUp) throw new Error(problem);
        return { brokers, ...(problem === undefined ? {} : { problem }) };
      },
    },
  ];
}
