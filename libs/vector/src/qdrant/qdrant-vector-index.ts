import {
  EMPTY_OVERLAY,
  VectorIndex,
  type IndexChange,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
  type Namespace,
} from '@sfm/memory';
import { CollectionCatalog, type OpenCollection } from './collections/collection-catalog.js';
import { ConflictQueue } from './points/conflict-queue.js';
import { dropCollection } from './collections/collections.js';
import { inNamespace } from './points/filter-pushdown.js';
import { NearestPoints } from './nearest-points.js';
import { PointWriter } from './points/point-writer.js';
import { CollectionMissing, QdrantRefusal } from './server/qdrant-errors.js';
import { RemovedVersions } from './points/removed-versions.js';
import { keyOf, type UpdateOperation, type UpdateRequest } from './points/write-plan.js';

/** Deleting everything, or counting, takes longer the more points there are. */
const SLOW_TIMEOUT_MS = 60_000;

/**
 * Vector index in Qdrant (1.16 or newer), for any number of processes.
 *
 * A namespace has a collection of its own, reached by an alias; see `CollectionCatalog`. With a shared collection, all
 * namespaces are in that one, separated by a tenant index, and there are no namespace aliases. A write never replaces a
 * newer version on the server, whichever process writes first: see `toRequests`.
 */
export class QdrantVectorIndex extends VectorIndex {
  readonly #queue = new ConflictQueue();

  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly removed = new RemovedVersions(),
  ) {
    super();
  }

  /**
   * Resolves when the changes are durable in Qdrant.
   *
   * @throws IndexUnavailableError; RangeError when a vector's length differs from the index's
   */
  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    for (const change of changes) {
      if (change.kind === 'upsert' && change.point.vector) this.#checkDimension(change.point.vector);
    }
    await this.catalog.server.whenReachable();
    await this.#queue.run(namespace, () => this.#writer(namespace).write(changes), new Set(changes.map(keyOf)));
  }

  /** @throws IndexUnavailableError; RangeError when the query vector's length differs from the index's */
  async search(
    namespace: Namespace,
    query: VectorQuery,
    overlay: Overlay = EMPTY_OVERLAY,
  ): Promise<readonly LaneCandidate[]> {
    this.#checkDimension(query.vector);
    if (query.limit <= 0 || query.vector.every((component) => component === 0)) return [];
    const nearest = new NearestPoints(this.catalog, namespace, query, overlay);
    try {
      return await nearest.find(await this.catalog.find(namespace));
    } catch (error) {
      if (!mayHaveMoved(error)) throw error;
      this.catalog.forget(namespace);
      return nearest.find(await this.catalog.find(namespace));
    }
  }

  /** @throws IndexUnavailableError */
  async count(namespace: Namespace): Promise<number> {
    const collection = await this.catalog.find(namespace);
    if (!collection) return 0;
    const filter = this.catalog.isShared ? { filter: { must: [inNamespace(namespace)] } } : {};
    const request = { collection_name: collection.name, exact: true, ...filter };
    try {
      return (await this.catalog.server.call((api, init) => api.countPoints(request, init))).count;
    } catch (error) {
      if (error instanceof CollectionMissing) return 0;
      throw error;
    }
  }

  /** @throws IndexUnavailableError */
  async clear(namespace: Namespace): Promise<void> {
    await this.catalog.server.whenReachable();
    await this.#queue.run(namespace, async () => {
      this.removed.forget(namespace);
      await this.catalog.mirrors.clear(namespace);
      if (this.catalog.isShared) await this.#deletePoints(namespace);
      else await this.#dropCollections(namespace);
      this.catalog.forget(namespace);
    });
  }

  #writer(namespace: Namespace): PointWriter {
    return new PointWriter(namespace, this.removed, (request) => this.#send(namespace, request));
  }

  async #send(namespace: Namespace, { operations, changes }: UpdateRequest): Promise<void> {
    await this.catalog.mirrors.apply(operations);
    const collection = await this.#target(namespace, changes);
    if (!collection) return;
    try {
      await this.#update(collection, operations);
    } catch (error) {
      if (!mayHaveMoved(error)) throw error;
      this.catalog.forget(namespace);
      const current = await this.#target(namespace, changes);
      if (current) await this.#update(current, operations);
    }
  }

  async #update({ name }: OpenCollection, operations: readonly UpdateOperation[]): Promise<void> {
    await this.catalog.server.update(name, operations);
  }

  /** Returns the collection to write to; undefined when there is none to remove points from. */
  async #target(namespace: Namespace, changes: readonly IndexChange[]): Promise<OpenCollection | undefined> {
    const adds = changes.some(({ kind }) => kind === 'upsert');
    return adds ? this.catalog.open(namespace) : this.catalog.find(namespace);
  }

  async #deletePoints(namespace: Namespace): Promise<void> {
    const collection = await this.catalog.find(namespace);
    if (!collection) return;
    const request = { collection_name: collection.name, wait: true, filter: { must: [inNamespace(namespace)] } };
    await this.catalog.server.call((api, init) => api.deletePoints(request, init), { timeoutMs: SLOW_TIMEOUT_MS });
  }

  async #dropCollections(namespace: Namespace): Promise<void> {
    for (const name of await this.catalog.physical(namespace)) await dropCollection(this.catalog.server, name);
  }

  #checkDimension(vector: Float32Array): void {
    const { dimension } = this.catalog.options;
    if (vector.length === dimension) return;
    throw new RangeError(
      `this index holds vectors of ${dimension} dimensions, not ${vector.length}: rebuild it for the new embedding space`,
    );
  }
}

/** Another process may have cleared or replaced the collection since the last check. */
function mayHaveMoved(error: unknown): boolean {
  return error instanceof CollectionMissing || error instanceof QdrantRefusal;
}
