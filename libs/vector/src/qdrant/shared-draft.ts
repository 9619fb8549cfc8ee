import type { Schemas } from '@qdrant/js-client-rest';
import type { IndexChange, IndexDraft, Namespace } from '@sfm/memory';
import type { CollectionCatalog } from './collections/collection-catalog.js';
import { aliasOf, isPhysicalOf, physicalName } from './collections/collection-names.js';
import { createCollection, dropCollection } from './collections/collections.js';
import { OWN_FIELD, readVersion } from './points/point-codec.js';
import { PointWriter } from './points/point-writer.js';
import { QdrantPointAudit } from './qdrant-point-audit.js';
import { RemovedVersions } from './points/removed-versions.js';
import { toRequests, type UpdateOperation } from './points/write-plan.js';

const BATCH = 250;

/**
 * A draft for a namespace in a shared collection: filled in a separate collection and copied over when published.
 * During the copy, searches see some points of the old index and some of the new one; newer versions that other
 * processes write meanwhile are kept.
 */
export class SharedDraft implements IndexDraft {
  readonly #writer: PointWriter;

  private constructor(
    private readonly catalog: CollectionCatalog,
    private readonly namespace: Namespace,
    private readonly name: string,
    private readonly old: ReadonlyMap<string, number>,
  ) {
    this.#writer = new PointWriter(namespace, new RemovedVersions(), ({ operations }) =>
      catalog.server.update(name, operations),
    );
  }

  /** @throws IndexUnavailableError */
  static async begin(catalog: CollectionCatalog, namespace: Namespace): Promise<SharedDraft> {
    const { server, options } = catalog;
    const alias = aliasOf(namespace);
    const { collections } = await server.call((api, init) => api.getCollections({}, init));
    for (const { name } of collections) if (isPhysicalOf(alias, name)) await dropCollection(server, name);
    const name = physicalName(alias, options.space, 1);
    const old = new Map<string, number>();
    for await (const points of new QdrantPointAudit(catalog, new RemovedVersions()).scan(namespace)) {
      for (const { key, version } of points) old.set(key, version);
    }
    await createCollection(server, name, { ...options, holds: 'namespace' });
    return new SharedDraft(catalog, namespace, name, old);
  }

  async apply(changes: readonly IndexChange[]): Promise<void> {
    await this.#writer.write(changes);
  }

  async publish(): Promise<void> {
    const { name: shared } = await this.catalog.open(this.namespace);
    const gone = new Map(this.old);
    for await (const points of this.#points()) {
      await this.catalog.server.update(shared, copies(points));
      for (const { payload } of points) gone.delete(readVersion(payload)?.key ?? '');
    }
    const removals = [...gone].map(([key, version]) => ({ kind: 'remove' as const, key, version: version + 1 }));
    for (const { operations } of toRequests(this.namespace, removals)) {
      await this.catalog.server.update(shared, operations);
    }
  }

  async retireOld(): Promise<void> {
    await dropCollection(this.catalog.server, this.name);
  }

  async discard(): Promise<void> {
    await dropCollection(this.catalog.server, this.name);
  }

  async *#points(): AsyncGenerator<Schemas['Record'][]> {
    const request = { collection_name: this.name, limit: BATCH, with_payload: true, with_vector: true };
    for (let from = {}; ;) {
      const page = await this.catalog.server.call((api, init) => api.scrollPoints({ ...request, ...from }, init));
      if (page.points.length > 0) yield page.points;
      const next = page.next_page_offset;
      if (typeof next !== 'string' && typeof next !== 'number') return;
      from = { offset: next };
    }
  }
}

/** Also replaces the same version, which is what a rebuild repairs. */
function copies(points: readonly Schemas['Record'][]): UpdateOperation[] {
  const byVersion = new Map<number, Schemas['PointStruct'][]>();
  for (const { id, vector, payload } of points) {
    const version = readVersion(payload)?.version ?? 0;
    const ofVersion = byVersion.get(version) ?? [];
    byVersion.set(version, ofVersion);
    ofVersion.push({ id, vector: isDense(vector) ? vector : {}, payload: payload ?? {} });
  }
  return [...byVersion].map(([version, ofVersion]) =>
    JSON.stringify({
      upsert: {
        points: ofVersion,
        update_filter: { must: [{ key: `${OWN_FIELD}.version`, range: { lte: version } }] },
      },
    }),
  );
}

function isDense(vector: unknown): vector is number[] {
  return Array.isArray(vector) && typeof vector[0] === 'number';
}
