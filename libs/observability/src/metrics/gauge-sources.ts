import { Gauge, type Registry } from 'prom-client';
import { answerInTime } from './answer-in-time.js';

/** Gauge sources of the running service, by name; each is read at every scrape. */
export interface GaugeSources {
  readonly outboxDepth?: () => number | Promise<number>;
  readonly outboxOldestAgeSeconds?: () => number | Promise<number>;
  readonly oldestUnindexedAgeSeconds?: () => number | Promise<number>;
  readonly lifecycleOverdueSeconds?: () => number | Promise<number>;
  readonly overlaySize?: () => number | Promise<number>;
  readonly redisAway?: () => number | Promise<number>;
  readonly heapUsedShare?: () => number | Promise<number>;
  readonly memoryUsedShare?: () => number | Promise<number>;
  readonly indexesWithoutRoom?: () => number | Promise<number>;
  readonly indexPoints?: () => ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
}

type ScalarSource = Exclude<keyof GaugeSources, 'indexPoints'>;

const SCALARS: readonly (readonly [source: ScalarSource, name: string, help: string])[] = [
  ['outboxDepth', 'soma_outbox_depth', 'Events committed but not yet handed to the event bus'],
  [
    'outboxOldestAgeSeconds',
    'soma_outbox_oldest_age_seconds',
    'Age of the oldest event that is not yet handed to the event bus; 0 when there is none',
  ],
  [
    'oldestUnindexedAgeSeconds',
    'soma_oldest_unindexed_age_seconds',
    'Age of the oldest committed write that the indexes have not applied; 0 when there is none',
  ],
  [
    'lifecycleOverdueSeconds',
    'soma_lifecycle_overdue_seconds',
    'How long the most overdue job on the life of memories should have been done; 0 when none is due',
  ],
  [
    'overlaySize',
    'soma_overlay_size',
    'Committed changes that the indexes have not applied, of all namespaces; recall searches the newest of them beside the indexes',
  ],
  [
    'redisAway',
    'soma_redis_away',
    '1 while this process caches and counts rate limits for itself, though Redis is configured',
  ],
  ['heapUsedShare', 'soma_heap_used_share', 'Share of the heap limit that survived the last full garbage collection'],
  [
    'memoryUsedShare',
    'soma_memory_used_share',
    'Share of the memory of the container, or of the machine, that this process uses',
  ],
  [
    'indexesWithoutRoom',
    'soma_indexes_without_room',
    'Indexes that lack memories because this process has too little memory for them',
  ],
];

/** Pulled gauges. A source that fails or is slow loses only its own value (NaN), never the scrape. */
export class PulledGauges {
  private sources: GaugeSources = {};

  constructor(registry: Registry) {
    for (const [source, name, help] of SCALARS) {
      const read = () => this.sources[source]?.();
      new Gauge({
        name,
        help,
        // Values shared by several workers must not be summed.
        aggregator: 'max',
        registers: [registry],
        async collect() {
          this.set((await answerInTime(read)) ?? Number.NaN);
        },
      });
    }
    const readPoints = () => this.sources.indexPoints?.();
    new Gauge({
      name: 'soma_index_points',
      help: 'Points in the vector index',
      aggregator: 'max',
      labelNames: ['namespace'],
      registers: [registry],
      async collect() {
        this.reset();
        for (const [namespace, points] of (await answerInTime(readPoints)) ?? []) this.set({ namespace }, points);
      },
    });
  }

  register(sources: GaugeSources): void {
    this.sources = { ...this.sources, ...sources };
  }
}
