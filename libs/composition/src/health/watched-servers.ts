import type { RedisConnection } from '@sfm/cache';
import { KafkaHealth } from '@sfm/events';
import { QdrantHealth, QdrantServer } from '@sfm/vector';
import type { EventsOptions } from '../events/events-options.js';
import { kafkaConnection, topicOf } from '../events/kafka.js';
import type { VectorsOptions } from '../indexing/indexing-options.js';

/** A server other than the truth; without it the service is degraded but still accepts writes. */
export interface WatchedServer {
  readonly name: 'qdrant' | 'redis' | 'kafka';
  /** Resolves with details to show; rejects when the server does not answer. */
  readonly check: () => Promise<Record<string, unknown>>;
}

/** The servers to check. Redis is checked over its existing connection, the others over new ones. */
export interface WatchedServers {
  readonly redis?: RedisConnection;
  readonly vectors: VectorsOptions;
  readonly events: EventsOptions;
  /** Client name that the health check sends to the brokers. */
  readonly clientName: string;
}

/** Health checks of the servers that no other check covers. */
export function watchedServers({ redis, vectors, events, clientName }: WatchedServers): readonly WatchedServer[] {
  return [...watchedRedis(redis), ...watchedQdrant(vectors), ...watchedKafka(events, clientName)];
}

function watchedRedis(redis: RedisConnection | undefined): readonly WatchedServer[] {
  return redis === undefined ? [] : [{ name: 'redis', check: async () => ({ ...(await redis.check()) }) }];
}

function watchedQdrant(vectors: VectorsOptions): readonly WatchedServer[] {
  if (vectors.kind !== 'qdrant') return [];
  const health = new QdrantHealth(new QdrantServer(vectors.connection));
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

function watchedKafka(events: EventsOptions, clientName: string): readonly WatchedServer[] {
  if (events.kind !== 'kafka') return [];
  const health = new KafkaHealth(kafkaConnection(events, clientName), { topics: [topicOf(events)] });
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
