import { HealthReader, type HealthReport, type PartHealth } from '@sfm/edge';
import type { Embedder, ErrorCode, IndexWarmup } from '@sfm/memory';
import { keptResult, type ComponentHealth, type ComponentHealthResult, type WatchedCircuit } from '@sfm/observability';
import type { PostgresHealth } from '@sfm/storage';
import { circuitFacts } from './circuit-facts.js';
import type { VectorsHealth } from './vectors-health.js';
import type { WatchedServer } from './watched-servers.js';

const TRUTH = 'postgresql';
const VECTORS = 'vector_index';
const WORDS = 'lexical_index';
const LINKS = 'link_graph';
const EMBEDDER = 'embedder';
/** What the check of the truth calls a full disk. */
const FULL: ErrorCode = 'store_full';
/** A remote model may charge for each text, and its circuit tells sooner that it does not answer. */
const EMBEDDED_FOR_MS = 30_000;

export interface WatchedParts {
  readonly truth: Pick<PostgresHealth, 'check'>;
  readonly vectors: Pick<VectorsHealth, 'check'>;
  readonly embedder: Pick<Embedder, 'embed' | 'space'>;
  readonly warmup: Pick<IndexWarmup, 'isLoaded'>;
  readonly servers: readonly WatchedServer[];
  /** Circuit breaker of a remote embedder. */
  readonly embedderCircuit?: WatchedCircuit;
}

/** Checks the health of the parts of this process. */
export class ServiceHealth extends HealthReader {
  private last: { readonly results: readonly ComponentHealthResult[]; readonly report: HealthReport } | undefined;

  constructor(
    private readonly health: ComponentHealth,
    private readonly parts: WatchedParts,
  ) {
    super();
    const { truth, vectors, warmup, servers } = parts;
    // Links are rows of the truth store: one answer stands for both.
    const answers = async () => void (await truth.check());
    health.register({ name: TRUTH, check: answers });
    health.register({ name: LINKS, check: answers });
    health.register({
      name: VECTORS,
      check: async () => {
        assertLoaded(warmup, 'vector');
        return { points: await vectors.check() };
      },
    });
    health.register({ name: WORDS, check: async () => assertLoaded(warmup, 'lexical') });
    for (const server of servers) health.register(server);
    health.register({ name: EMBEDDER, check: embedderCheck(parts), facts: circuitFacts(() => parts.embedderCircuit) });
  }

  async read(withinMs?: number): Promise<HealthReport> {
    const results = await this.health.checkAll(withinMs);
    const { last } = this;
    if (last && results.every((result, index) => result === last.results[index]) && last.report.obstacle === undefined)
      return last.report;
    const report = this.reportOn(results);
    this.last = { results, report };
    return report;
  }

  private reportOn(results: readonly ComponentHealthResult[]): HealthReport {
    const isHealthy = (name: string) => results.some((part) => part.name === name && part.healthy);
    const flags = {
      kvStore: isHealthy(TRUTH),
      vectorStore: isHealthy(VECTORS),
      graphStore: isHealthy(LINKS),
      predictionProvider: isHealthy(EMBEDDER),
    };
    const isFull = results.some(({ name, details }) => name === TRUTH && details['error'] === FULL);
    const obstacle = isFull ? 'the disk of the truth store is full: nothing can be stored' : this.obstacleTo(flags);
    return { ...flags, ...(obstacle === undefined ? {} : { obstacle }), components: results.map(toPart) };
  }

  /** Why a store or a recall would not be answered now. */
  private obstacleTo(flags: Pick<HealthReport, 'kvStore' | 'vectorStore' | 'predictionProvider'>): string | undefined {
    const { warmup } = this.parts;
    if (!flags.kvStore) return 'the truth store does not answer';
    if (warmup.isLoaded('lexical')) return undefined;
    if (!warmup.isLoaded('vector')) return 'the indexes are still being loaded';
    if (flags.vectorStore && flags.predictionProvider) return undefined;
    return 'the index of words is still being loaded, and vectors cannot answer';
  }
}

function embedderCheck({ embedder, embedderCircuit }: WatchedParts) {
  const embed = keptResult(() => embedder.embed(['health']), {
    forMs: EMBEDDED_FOR_MS,
    isDoubtful: () => embedderCircuit !== undefined && embedderCircuit.state !== 'closed',
  });
  return async () => {
    await embed();
    return { space: embedder.space };
  };
}

function assertLoaded(warmup: WatchedParts['warmup'], index: 'vector' | 'lexical'): void {
  if (!warmup.isLoaded(index)) throw Object.assign(new Error('the index is still being loaded'), { code: 'loading' });
}

function toPart({ name, healthy, latency_ms: latencyMs, details }: ComponentHealthResult): PartHealth {
  return { name, healthy, latencyMs, details: flat(details) };
}

function flat(details: Record<string, unknown>): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' || value === null ? value : String(value),
    ]),
  );
}
