import type { RedisConnection } from '@sfm/cache';
import type { AppConfig } from '@sfm/config';
import { KafkaHealth } from '@sfm/events';
import { kafkaConnection } from './kafka-options.js';

/** A server beside the truth whose absence degrades the service and stops no write. */
export interface WatchedServer {
  readonly name: 'qdrant' | 'redis' | 'kafka';
  /** Resolves with facts worth showing; rejects when the server does not answer. */
  readonly check: () => Promise<Record<string, unknown>>;
}

/** The servers of the configuration that have nothing else to tell how they are. */
export function watchedServers(config: AppConfig, clientId: string, redis?: RedisConnection): readonly WatchedServer[] {
  return [
    ...(redis === undefined ? [] : [{ name: 'redis' as const, check: async () => ({ ...(await redis.check()) }) }]),
    ...watchedBrokers(config, clientId),
  ];
}

function watchedBrokers(config: AppConfig, clientId: string): readonly WatchedServer[] {
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
