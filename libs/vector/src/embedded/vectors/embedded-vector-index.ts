import {
  VectorIndex,
  type IndexChange,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
  type Namespace,
} from '@sfm/memory';
import { CooperativeQueue } from '../points/cooperative-queue.js';
import { EmptiedNamespaces } from '../points/emptied-namespaces.js';
import type { HnswGraphFactory } from './hnsw-graph.js';
import { createUsearchHnswGraph } from './usearch-hnsw-graph.js';
import { VectorNamespace } from './vector-namespace.js';

export const DEFAULT_EXACT_SCAN_LIMIT = 20_000;

export interface EmbeddedVectorIndexOptions {
  /** Length of every vector. */
  readonly dimension: number;
  /** Above this many points in a namespace, dense queries without a filter use an approximate graph. Default 20000. */
  readonly exactScanLimit?: number;
  /** Creates the graph; by default usearch, when the optional package is installed. */
  readonly createGraph?: HnswGraphFactory;
  /** Called once when no graph can be used and large namespaces are scanned exactly. */
  readonly warn?: (message: string) => void;
}

/**
 * Vector index in the memory of this process, one structure per namespace, rebuilt from the stored memories at start.
 *
 * Scores are exact. The ranking is exact too, except for dense queries without a filter over more than `exactScanLimit`
 * points, where an approximate graph proposes the points to score (recall about 0.99).
 */
export class EmbeddedVectorIndex extends VectorIndex {
  readonly #namespaces = new Map<Namespace, VectorNamespace>();
  readonly #emptied = new EmptiedNamespaces();
  readonly #queue = new CooperativeQueue();
  #warned = false;

  constructor(private readonly options: EmbeddedVectorIndexOptions) {
    super();
  }

  /** @throws RangeError when a vector's length differs from the index's; the changes before it are applied. */
  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    await this.#queue.run(namespace, changes, (change) => {
      if (change.kind === 'upsert' && change.point.vector) this.#checkDimension(change.point.vector);
      const held = this.#openNamespace(namespace);
      held.apply(change);
      this.#forgetEmpty(namespace, held);
    });
  }

  /** @throws RangeError when the query vector's length differs from the index's. */
  async search(namespace: Namespace, query: VectorQuery, overlay: Overlay): Promise<readonly LaneCandidate[]> {
    this.#checkDimension(query.vector);
    const held = this.#namespaces.get(namespace) ?? this.#createNamespace();
    return held.search(query, overlay);
  }

  async count(namespace: Namespace): Promise<number> {
    return this.#namespaces.get(namespace)?.size ?? 0;
  }

  async clear(namespace: Namespace): Promise<void> {
    await this.#queue.run(namespace, [undefined], () => {
      this.#namespaces.get(namespace)?.close();
      this.#namespaces.delete(namespace);
    });
  }

  /** Returns the held points of a namespace, for checking them one by one. */
  points(namespace: Namespace): VectorNamespace | undefined {
    return this.#namespaces.get(namespace);
  }

  /** Returns an empty namespace that is not searched until it replaces one. */
  draft(): VectorNamespace {
    return this.#createNamespace();
  }

  /** Applies changes to a draft as `apply` does to the index. */
  async applyTo(draft: VectorNamespace, name: string, changes: readonly IndexChange[]): Promise<void> {
    await this.#queue.run(name, changes, (change) => {
      if (change.kind === 'upsert' && change.point.vector) this.#checkDimension(change.point.vector);
      draft.apply(change);
    });
  }

  /** Makes searches use the draft from now on. Returns the replaced namespace, which the caller closes. */
  replace(namespace: Namespace, draft: VectorNamespace): VectorNamespace | undefined {
    const replaced = this.#namespaces.get(namespace);
    this.#namespaces.set(namespace, draft);
    return replaced;
  }

  /** Resolves when no graph is being built. */
  async settled(): Promise<void> {
    await Promise.all([...this.#namespaces.values()].map((held) => held.settled()));
  }

  /** Stops building graphs, so that nothing keeps the process alive. Called by Nest. */
  onModuleDestroy(): void {
    for (const held of this.#namespaces.values()) held.close();
  }

  #forgetEmpty(namespace: Namespace, { size }: VectorNamespace): void {
    const idle = this.#emptied.note(namespace, size);
    if (idle === undefined) return;
    this.#namespaces.get(idle)?.close();
    this.#namespaces.delete(idle);
  }

  #openNamespace(namespace: Namespace): VectorNamespace {
    const known = this.#namespaces.get(namespace);
    if (known) return known;
    const created = this.#createNamespace();
    this.#namespaces.set(namespace, created);
    return created;
  }

  #createNamespace(): VectorNamespace {
    return new VectorNamespace({
      dimension: this.options.dimension,
      exactScanLimit: this.options.exactScanLimit ?? DEFAULT_EXACT_SCAN_LIMIT,
      createGraph: this.options.createGraph ?? createUsearchHnswGraph,
      onGraphUnusable: (reason) => this.#warnOnce(reason),
    });
  }

  #warnOnce(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.options.warn?.(`large namespaces are searched by exact scan: ${reason}`);
  }

  #checkDimension(vector: Float32Array): void {
    if (vector.length === this.options.dimension) return;
    throw new RangeError(
      `this index holds vectors of ${this.options.dimension} dimensions, not ${vector.length}: rebuild it for the new embedding space`,
    );
  }
}
