import type { RedisConnection } from '@sfm/cache';
import { KafkaHealth } from '@sfm/events';
import type { HealthComponent } from '@sfm/observability';
import type { QdrantServer } from '@sfm/vector';
import type { EventsOptions } from '../events/events-options.js';
import { kafkaConnection, topicOf } from '../events/kafka.js';
import { circuitFacts } from './circuit-facts.js';
import { assertUp } from './vectors-health.js';

/** A server other than the truth; without it the service is degraded but still accepts writes. */
export interface WatchedServer extends HealthComponent {
  readonly name: 'qdrant' | 'redis' | 'kafka';
  /** Resolves with details to show; rejects when the server does not answer. */
  readonly check: () => Promise<Record<string, unknown>>;
}

/** The servers to check. Redis and Qdrant are checked as they are used, the brokers over a connection of its own. */
export interface WatchedServers {
  readonly redis?: RedisConnection;
  readonly qdrant?: QdrantServer;
  readonly events: EventsOptions;
  /** Client name that the health check sends to the brokers. */
  readonly clientName: string;
}

/** Health checks of the servers that no other check covers. */
export function watchedServers({ redis, qdrant, events, clientName }: WatchedServers): readonly WatchedServer[] {
  return [...watchedRedis(redis), ...watchedQdrant(qdrant), ...watchedKafka(events, clientName)];
}

function watchedRedis(redis: RedisConnection | undefined): readonly WatchedServer[] {
  if (redis === undefined) return [];
  return [
    { name: 'redis', check: async () => ({ ...(await redis.check()) }), facts: circuitFacts(() => redis.circuit) },
  ];
}

function watchedQdrant(qdrant: QdrantServer | undefined): readonly WatchedServer[] {
  if (qdrant === undefined) return [];
  return [
    {
      name: 'qdrant',
      check: async () => ({ version: await assertUp(qdrant) }),
      facts: circuitFacts(() => qdrant.circuit),
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
