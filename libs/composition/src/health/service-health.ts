import type { Embedder, IndexCompleteness, IndexWarmup, Namespace } from '@sfm/memory';
import type { ComponentHealth } from '@sfm/observability';
import type { PostgresHealth } from '@sfm/storage';
import type { WatchedServer } from './watched-servers.js';

const TRUTH = 'postgresql';
const VECTORS = 'vector_index';
const LINKS = 'link_graph';
const EMBEDDER = 'embedder';

/** Health of one dependency of the service. */
export interface PartHealth {
  /** Technology or role, e.g. `postgresql`. */
  readonly name: string;
  readonly healthy: boolean;
  /** Duration of the check. */
  readonly latencyMs: number;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** Current health of all parts. */
export interface ServiceHealthReport {
  /** The truth store answers. */
  readonly kvStore: boolean;
  /** The vector index answers. */
  readonly vectorStore: boolean;
  /** The store of links answers. */
  readonly graphStore: boolean;
  /** The embedder answers. */
  readonly predictionProvider: boolean;
  readonly components: readonly PartHealth[];
}

export interface WatchedParts {
  readonly truth: PostgresHealth;
  readonly vectors: IndexCompleteness;
  readonly embedder: Embedder;
  readonly warmup: IndexWarmup;
  readonly namespace: Namespace;
  readonly servers: readonly WatchedServer[];
}

/** Checks the health of the parts of this process. */
export class ServiceHealth {
  constructor(
    private readonly health: ComponentHealth,
    { truth, vectors, embedder, warmup, namespace, servers }: WatchedParts,
  ) {
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

  /**
   * Never rejects: a part that does not answer within a few seconds is reported as unhealthy.
   *
   * @param withinMs reports parts as unhealthy that have not answered by then, for callers that cannot wait
   */
  async read(withinMs?: number): Promise<ServiceHealthReport> {
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
