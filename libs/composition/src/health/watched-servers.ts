import type { RedisConnection } from '@sfm/cache';
import { KafkaHealth } from '@sfm/events';
import { QdrantHealth, QdrantServer } from '@sfm/vector';
import type { EventsOptions } from '../events/events-options.js';
import { kafkaConnection, topicOf } from '../events/kafka.js';
import type { VectorsOptions } from '../indexing/indexing-options.js';

/** A server beside the truth whose absence degrades the service and stops no write. */
export interface WatchedServer {
  readonly name: 'qdrant' | 'redis' | 'kafka';
  /** Resolves with facts worth showing; rejects when the server does not answer. */
  readonly check: () => Promise<Record<string, unknown>>;
}

/** What is asked how it is, over connections of its own but for Redis. */
export interface WatchedServers {
  readonly redis?: RedisConnection;
  readonly vectors: VectorsOptions;
  readonly events: EventsOptions;
  /** Name under which the brokers see who asks. */
  readonly clientName: string;
}

/** The servers that have nothing else to tell how they are. */
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
