import {
  pointDigest,
  type HeldPoint as AuditedPoint,
  type IndexChange,
  type IndexPoint,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
} from '@sfm/memory';
import { FilterSieve } from '../points/filter-sieve.js';
import { HnswSearch } from './hnsw-search.js';
import { isEligible, toHeldPoint, type HeldPoint } from '../points/held-point.js';
import type { HnswGraphFactory } from './hnsw-graph.js';
import { PointTable } from '../points/point-table.js';
import { TopCandidates } from '../../search/top-candidates.js';
import { dot, toQueryVector, type QueryVector } from '../../search/query-vector.js';
import { BLOCK_POINTS, VectorSlab } from './vector-slab.js';

const OVER_FETCH = 4;
/**
 * The graph's answer is rescored exactly, so fetching more costs little and finds points that half precision misplaced.
 */
const MIN_FETCH = 64;
/** Vectors missing from the graph are scored one by one; beyond this many, a full scan costs little more. */
const MAX_MISSING = 2000;
/** Up to this share of the points, scoring one by one is faster than in blocks. */
const FEW = 1 / 16;

interface VectorPoint extends HeldPoint {
  readonly hasVector: boolean;
}

export interface VectorNamespaceOptions {
  readonly dimension: number;
  readonly exactScanLimit: number;
  readonly createGraph: HnswGraphFactory;
  readonly onGraphUnusable: (reason: string) => void;
}

interface Search {
  readonly query: VectorQuery;
  readonly vector: QueryVector;
  readonly overlay: Overlay;
}

/** The vectors of one namespace: exact scan, and for many dense vectors a graph that limits the points to score. */
export class VectorNamespace {
  readonly #table = new PointTable<VectorPoint>();
  readonly #sieve = new FilterSieve(this.#table);
  readonly #slab: VectorSlab;
  readonly #graph: HnswSearch;
  readonly #blockScores = new Float64Array(BLOCK_POINTS);

  constructor(private readonly options: VectorNamespaceOptions) {
    this.#slab = new VectorSlab(options.dimension);
    this.#graph = new HnswSearch(
      options.dimension,
      options.createGraph,
      (slot) => this.#slab.read(slot),
      options.onGraphUnusable,
    );
  }

  get size(): number {
    return this.#table.size;
  }

  apply(change: IndexChange): void {
    if (change.kind === 'upsert') this.#upsert(change.point);
    else this.#remove(change.key, change.version);
  }

  /** Keys of all points. Points may change during the iteration. */
  keys(): Iterable<string> {
    return this.#table.keys();
  }

  /** Returns the point held under a key, for verification. */
  held(key: string): AuditedPoint | undefined {
    const found = this.#table.find(key);
    if (!found) return undefined;
    const { slot, version, point } = found;
    const { id, createdAtMs, expiresAtMs, validity } = point;
    const digest = pointDigest(point.type, point.payload);
    const vector = point.hasVector ? this.#slab.read(slot) : null;
    return { key, version, digest, id, createdAtMs, expiresAtMs, ...(validity && { validity }), vector };
  }

  /** Removes a point as if it had never been applied. */
  evict(key: string): void {
    const slot = this.#table.forget(key);
    if (slot !== undefined) this.#free(slot);
  }

  search(query: VectorQuery, overlay: Overlay): LaneCandidate[] {
    const vector = toQueryVector(query.vector);
    if (vector.length === 0) return [];
    const search = { query, vector, overlay };
    const top = this.#narrowedByGraph(search) ?? this.#scan(search);
    for (const point of overlay.points) {
      if (hasVector(point) && isEligible(point, query)) top.offer(point.key, dot(vector, point.vector), point.id);
    }
    return top.ranking();
  }

  /** Resolves when the graph, if one is used, contains every vector. */
  settled(): Promise<void> {
    return this.#graph.settled();
  }

  close(): void {
    this.#graph.close();
  }

  #upsert(point: IndexPoint): void {
    if (!this.#table.isNewer(point.key, point.version)) return;
    const searchable = hasVector(point);
    const held = { ...toHeldPoint(point), hasVector: searchable };
    const slot = this.#table.put(point.key, point.version, held);
    this.#sieve.put(slot, held);
    if (searchable) {
      this.#slab.write(slot, point.vector);
      this.#graph.changed(slot);
    } else {
      this.#forget(slot);
    }
  }

  #remove(key: string, version: number): void {
    if (!this.#table.isNewer(key, version)) return;
    const slot = this.#table.remove(key, version);
    if (slot !== undefined) this.#free(slot);
  }

  #free(slot: number): void {
    this.#sieve.remove(slot);
    this.#forget(slot);
  }

  #forget(slot: number): void {
    this.#slab.erase(slot);
    this.#graph.removed(slot);
  }

  #scan({ vector, ...search }: Search): TopCandidates {
    const top = new TopCandidates(search.query.limit);
    const offer = this.#offering(search, top);
    const slots = this.#sieve.slots(search.query.filter);
    if (slots && slots.length < this.#table.capacity * FEW) {
      for (const slot of slots) offer(slot, this.#slab.score(slot, vector));
      return top;
    }
    const scores = this.#blockScores;
    for (let block = 0; block < this.#slab.blockCount; block++) {
      this.#slab.scoreBlock(block, vector, scores);
      for (let offset = 0; offset < BLOCK_POINTS; offset++) {
        if (scores[offset]! >= top.floor) offer(block * BLOCK_POINTS + offset, scores[offset]!);
      }
    }
    return top;
  }

  /** Returns undefined when an exact scan is needed: few points, a filter, a sparse query, or no complete graph. */
  #narrowedByGraph({ query, vector, overlay }: Search): TopCandidates | undefined {
    const isDense = vector.length * 2 > this.options.dimension;
    if (this.size <= this.options.exactScanLimit || !isDense || query.filter !== undefined) return undefined;
    const count = Math.max(query.limit * OVER_FETCH, MIN_FETCH) + overlay.hidden.size;
    if (count * 2 > this.size) return undefined;
    const found = this.#graph.search(query.vector, count, MAX_MISSING);
    if (!found) return undefined;
    const top = new TopCandidates(query.limit);
    const offer = this.#offering({ query, overlay }, top);
    for (const slots of [found.nearest, found.missing]) {
      for (const slot of slots) offer(slot, dot(vector, this.#slab.read(slot)));
    }
    // Points that have expired, or are not valid at the time wanted, can use up the fetched ones; a short answer must mean that there are no more points.
    return top.size < query.limit ? undefined : top;
  }

  /** Returns a function that offers a slot's point if the query may see it; costly checks come last. */
  #offering({ query, overlay }: Omit<Search, 'vector'>, top: TopCandidates): (slot: number, score: number) => void {
    const passes = this.#sieve.passes(query.filter);
    return (slot, score) => {
      if (passes?.(slot) === false) return;
      const point = this.#table.at(slot);
      if (!point?.hasVector || !top.admits(score, point.id)) return;
      if (overlay.hidden.has(point.key) || !isEligible(point, query)) return;
      top.offer(point.key, score, point.id);
    };
  }
}

function hasVector(point: IndexPoint): point is IndexPoint & { readonly vector: Float32Array } {
  return point.vector?.some((component) => component !== 0) ?? false;
}
