import type { AppConfig } from '@sfm/config';

/** Which technology stands behind each port. */
export interface Backends {
  readonly vectors: 'embedded' | 'qdrant';
  readonly events: 'embedded' | 'kafka';
  readonly cache: 'embedded' | 'redis';
  /** True when any number of processes may serve from one database. */
  readonly manyProcesses: boolean;
}

/** A backend is used when its address is given. */
export function backendsOf({ database, redis, qdrant, kafka, service }: AppConfig): Backends {
  const vectors = qdrant.url !== undefined || qdrant.host !== undefined ? 'qdrant' : 'embedded';
  return {
    vectors,
    events: service.eventingEnabled && kafka.bootstrapServers !== undefined ? 'kafka' : 'embedded',
    cache: redis.url !== undefined || redis.host !== undefined ? 'redis' : 'embedded',
    manyProcesses: vectors === 'qdrant' && database.url !== undefined,
  };
}
