import { HealthReader, type HealthReport, type PartHealth } from '@sfm/edge';
import {
  IndexUnusableError,
  shareOf,
  usedShare,
  WARNED_SHARE,
  type Embedder,
  type ErrorCode,
  type IndexRoom,
  type IndexWarmup,
} from '@sfm/memory';
import { keptResult, type ComponentHealth, type ComponentHealthResult, type WatchedCircuit } from '@sfm/observability';
import type { PostgresHealth, SchemaCompatibility } from '@sfm/storage';
import { circuitFacts } from './circuit-facts.js';
import type { EmbeddingSpaceWatch } from './embedding-space-watch.js';
import type { VectorsHealth } from './vectors-health.js';
import type { WatchedServer } from './watched-servers.js';

const TRUTH = 'postgresql';
const VECTORS = 'vector_index';
const WORDS = 'lexical_index';
const LINKS = 'link_graph';
const EMBEDDER = 'embedder';
const MEMORY = 'process_memory';
const SCHEMA = 'schema';
/** What the check of the truth calls a full disk. */
const FULL: ErrorCode = 'store_full';
/** A remote model may charge for each text, and its circuit tells sooner that it does not answer. */
const EMBEDDED_FOR_MS = 30_000;
/** Another release may migrate the database at any time. */
const SCHEMA_KNOWN_FOR_MS = 10_000;

export interface WatchedParts {
  readonly truth: Pick<PostgresHealth, 'check' | 'checkLinks' | 'rowSecurity'>;
  readonly vectors: Pick<VectorsHealth, 'check'>;
  readonly embedder: Pick<Embedder, 'embed' | 'space'>;
  readonly spaces: Pick<EmbeddingSpaceWatch, 'facts'>;
  readonly warmup: Pick<IndexWarmup, 'isLoaded' | 'lackOf' | 'roomProblem'>;
  readonly room: Pick<IndexRoom, 'use' | 'problem'>;
  readonly schema: Pick<SchemaCompatibility, 'unknownMigrations'>;
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
    const { truth, vectors, warmup, room, schema, servers } = parts;
    health.register({
      name: TRUTH,
      check: async () => {
        await truth.check();
        return { row_security: await truth.rowSecurity() };
      },
    });
    health.register(schemaPart(schema));
    health.register({ name: LINKS, check: async () => void (await truth.checkLinks()) });
    health.register({
      name: VECTORS,
      check: async () => {
        assertWhole(warmup, 'vector');
        return { points: await vectors.check().catch(asUnusable) };
      },
    });
    health.register({ name: WORDS, check: async () => assertWhole(warmup, 'lexical') });
    for (const server of servers) health.register(server);
    const circuit = circuitFacts(() => parts.embedderCircuit);
    const facts = () => ({ ...circuit(), ...parts.spaces.facts });
    health.register({ name: EMBEDDER, check: embedderCheck(parts), facts });
    health.register({ name: MEMORY, check: async () => assertRoom(room), facts: () => memoryFacts(room) });
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
    const isRoomless = warmup.lackOf('lexical') === 'no_room';
    if (isRoomless && warmup.lackOf('vector') === 'no_room' && !warmup.isLoaded('vector')) return warmup.roomProblem;
    if (!warmup.isLoaded('vector')) return 'the indexes are still being loaded';
    // An index that lacks memories for want of room still answers.
    const areVectorsThere = flags.vectorStore || warmup.lackOf('vector') === 'no_room';
    if (areVectorsThere && flags.predictionProvider) return undefined;
    const words = isRoomless ? 'has no room' : 'is still being loaded';
    return `the index of words ${words}, and vectors cannot answer`;
  }
}

/** It answers: what is wrong is the embedding space, or somebody else made it, and the log says what to do. */
function asUnusable(error: unknown): never {
  if (error instanceof IndexUnusableError) throw Object.assign(new Error(error.message), { code: 'index_unusable' });
  throw error;
}

/** A schema of a newer release is worth a look, though everything may answer. */
function schemaPart(schema: WatchedParts['schema']) {
  let unknown: readonly string[] = [];
  const look = keptResult(() => schema.unknownMigrations(), { forMs: SCHEMA_KNOWN_FOR_MS });
  return {
    name: SCHEMA,
    check: async () => {
      // While the truth does not answer, its own part says so.
      unknown = await look().catch(() => unknown);
      if (unknown.length === 0) return;
      const message = `the schema is of a newer release: ${unknown.join(', ')}`;
      throw Object.assign(new Error(message), { code: 'newer_release' });
    },
    facts: () => (unknown.length === 0 ? {} : { unknown_migrations: unknown.join(', ') }),
  };
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

function assertWhole(warmup: WatchedParts['warmup'], index: 'vector' | 'lexical'): void {
  const code = warmup.lackOf(index);
  if (code === undefined) return;
  const message = code === 'loading' ? 'the index is still being loaded' : warmup.roomProblem;
  throw Object.assign(new Error(message), { code });
}

/** Nearly no memory left, or an index given up for it, is worth a look, though everything answers. */
function assertRoom({ use, problem }: WatchedParts['room']): void {
  if (problem !== undefined) throw Object.assign(new Error(problem), { code: 'no_room' });
  if (usedShare(use) < WARNED_SHARE) return;
  throw Object.assign(new Error('memory is nearly used up'), { code: 'nearly_full' });
}

function memoryFacts({ use: { heap, resident } }: WatchedParts['room']) {
  return {
    heap_used_bytes: heap.usedBytes,
    heap_limit_bytes: heap.limitBytes,
    heap_used_percent: Math.round(shareOf(heap) * 100),
    resident_bytes: resident.usedBytes,
    resident_limit_bytes: resident.limitBytes,
    resident_used_percent: Math.round(shareOf(resident) * 100),
  };
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
