import {
  EMPTY_OVERLAY,
  VectorIndex,
  type IndexChange,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
} from '@sfm/memory';
import { CollectionCatalog, type OpenCollection } from './collection-catalog.js';
import { dropCollection } from './collections.js';
import { inNamespace, NearestPoints } from './nearest-points.js';
import { CollectionMissing, QdrantRefusal } from './qdrant-errors.js';
import { RemovedVersions } from './removed-versions.js';
import { SerialQueue } from './serial-queue.js';
import { inRequests, keyOf, newestByKey, toOperations, versionOf } from './write-plan.js';

/** Requests of one `apply` under way at the same time. */
const PARALLEL_REQUESTS = 2;
/** Deleting everything, or counting, takes longer the more there is. */
const SLOW_TIMEOUT_MS = 60_000;

/**
 * Vector index in Qdrant (1.16 or newer), for any number of processes.
 *
 * A namespace has a collection of its own under its name, an alias; see `CollectionCatalog`. With a shared collection
 * all namespaces are in that one, told apart by a tenant index, and no alias has a namespace's name.
 * Points are never held older than the server holds them, whichever process writes first: see `toOperations`.
 */
export class QdrantVectorIndex extends VectorIndex {
  readonly #queue = new SerialQueue();

  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly removed = new RemovedVersions(),
  ) {
    super();
  }

  /**
   * Resolves when the changes are durable in Qdrant.
   *
   * @throws IndexUnavailableError; RangeError when a vector has another length than the index
   */
  async apply(namespace: string, changes: readonly IndexChange[]): Promise<void> {
    for (const change of changes) {
      if (change.kind === 'upsert' && change.point.vector) this.#checkDimension(change.point.vector);
    }
    await this.#queue.run(namespace, () => this.#applyNewest(namespace, newestByKey(changes)));
  }

  /** @throws IndexUnavailableError; RangeError when the query vector has another length than the index */
  async search(
    namespace: string,
    query: VectorQuery,
    overlay: Overlay = EMPTY_OVERLAY,
  ): Promise<readonly LaneCandidate[]> {
    this.#checkDimension(query.vector);
    if (query.limit <= 0 || query.vector.every((component) => component === 0)) return [];
    const nearest = new NearestPoints(this.catalog, namespace, query, overlay);
    try {
      return await nearest.find(await this.catalog.find(namespace));
    } catch (error) {
      // Another process has cleared or replaced the collection since the last look.
      if (!(error instanceof CollectionMissing || error instanceof QdrantRefusal)) throw error;
      this.catalog.forget(namespace);
      return nearest.find(await this.catalog.find(namespace));
    }
  }

  /** @throws IndexUnavailableError */
  async count(namespace: string): Promise<number> {
    const filter = this.catalog.isShared ? { filter: { must: [inNamespace(namespace)] } } : {};
    const request = { collection_name: this.catalog.aliasOf(namespace), exact: true, ...filter };
    try {
      return (await this.catalog.server.call((api, init) => api.countPoints(request, init))).count;
    } catch (error) {
      if (error instanceof CollectionMissing) return 0;
      throw error;
    }
  }

  /** @throws IndexUnavailableError */
  async clear(namespace: string): Promise<void> {
    await this.#queue.run(namespace, async () => {
      this.removed.forget(namespace);
      if (this.catalog.isShared) await this.#deletePoints(namespace);
      else await this.#dropCollections(namespace);
      this.catalog.forget(namespace);
    });
  }

  async #applyNewest(namespace: string, changes: readonly IndexChange[]): Promise<void> {
    const news = changes.filter((change) => !this.removed.isRemoved(namespace, keyOf(change), versionOf(change)));
    for (const change of news) {
      if (change.kind === 'remove') this.removed.note(namespace, change.key, change.version);
    }
    const requests = inRequests(news).values();
    const lane = async (): Promise<void> => {
      for (const request of requests) await this.#write(namespace, request);
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, lane));
  }

  async #write(namespace: string, changes: readonly IndexChange[]): Promise<void> {
    const operations = toOperations(namespace, changes);
    const send = async ({ name }: OpenCollection): Promise<void> => {
      const request = { collection_name: name, wait: true, operations };
      await this.catalog.server.call((api, init) => api.batchUpdate(request, init));
    };
    const collection = await this.#target(namespace, changes);
    if (!collection) return;
    try {
      await send(collection);
    } catch (error) {
      // Another process has cleared or replaced the collection since the last look.
      if (!(error instanceof CollectionMissing || error instanceof QdrantRefusal)) throw error;
      this.catalog.forget(namespace);
      const current = await this.#target(namespace, changes);
      if (current) await send(current);
    }
  }

  /** Where to write; undefined when there is nothing to take the changes out of. */
  async #target(namespace: string, changes: readonly IndexChange[]): Promise<OpenCollection | undefined> {
    const adds = changes.some(({ kind }) => kind === 'upsert');
    return adds ? this.catalog.open(namespace) : this.catalog.find(namespace);
  }

  async #deletePoints(namespace: string): Promise<void> {
    const collection = await this.catalog.find(namespace);
    if (!collection) return;
    const request = { collection_name: collection.name, wait: true, filter: { must: [inNamespace(namespace)] } };
    await this.catalog.server.call((api, init) => api.deletePoints(request, init), { timeoutMs: SLOW_TIMEOUT_MS });
  }

  async #dropCollections(namespace: string): Promise<void> {
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
