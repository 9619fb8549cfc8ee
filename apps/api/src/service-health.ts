import type { Embedder, IndexCompleteness, IndexWarmup } from '@sfm/memory';
import type { WatchedServer } from '@sfm/composition';
import type { ComponentHealth } from '@sfm/observability';
import type { PostgresHealth } from '@sfm/storage';
import { HealthReader, type HealthReport } from './http/health-reader.js';

const TRUTH = 'postgresql';
const VECTORS = 'vector_index';
const LINKS = 'link_graph';
const EMBEDDER = 'embedder';

export interface WatchedParts {
  readonly truth: PostgresHealth;
  readonly vectors: IndexCompleteness;
  readonly embedder: Embedder;
  readonly warmup: IndexWarmup;
  readonly namespace: string;
  readonly servers: readonly WatchedServer[];
}

/** Asks the parts this process is made of how they are. */
export class ServiceHealth extends HealthReader {
  constructor(
    private readonly health: ComponentHealth,
    { truth, vectors, embedder, warmup, namespace, servers }: WatchedParts,
  ) {
    super();
    // Links are rows of the truth store: one answer stands for both.
    const answers = async () => void (await truth.check());
    health.register({ name: TRUTH, check: answers });
    health.register({ name: LINKS, check: answers });
    health.register({
      name: VECTORS,
      check: async () => {
        if (!warmup.isReady) throw new Error('the index is still being loaded');
        return { points: await vectors.check(namespace) };
      },
    });
    for (const server of servers) health.register(server);
    health.register({
      name: EMBEDDER,
      check: async () => {
        await embedder.embed(['health']);
        return { space: embedder.space };
      },
    });
  }

  async read(withinMs?: number): Promise<HealthReport> {
    const components = await this.health.checkAll(withinMs);
    const healthy = (name: string) => components.some((component) => component.name === name && component.healthy);
    return {
      kvStore: healthy(TRUTH),
      vectorStore: healthy(VECTORS),
      graphStore: healthy(LINKS),
      predictionProvider: healthy(EMBEDDER),
      components: components.map(({ name, healthy: isHealthy, latency_ms, details }) => ({
        name,
        healthy: isHealthy,
        latencyMs: latency_ms,
        details: flat(details),
      })),
    };
  }
}

function flat(details: Record<string, unknown>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' || value === null ? value : String(value),
    ]),
  );
}
