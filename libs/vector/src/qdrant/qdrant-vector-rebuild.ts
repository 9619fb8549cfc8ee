import { VectorRebuild, type IndexChange, type IndexDraft, type Namespace } from '@sfm/memory';
import type { CollectionCatalog } from './collections/collection-catalog.js';
import { generationOf, physicalName } from './collections/collection-names.js';
import { describeCollection, dropCollection } from './collections/collections.js';
import { PointWriter } from './points/point-writer.js';
import { RemovedVersions } from './points/removed-versions.js';
import { SharedDraft } from './shared-draft.js';

/**
 * Rebuilds the collection of a namespace, in the same or another embedding space: fills a collection of the next
 * generation, then switches the alias to it atomically. A shared collection has no alias to switch: see `SharedDraft`.
 * Two processes must not rebuild a namespace at the same time; each would take the other's draft for a leftover.
 */
export class QdrantVectorRebuild extends VectorRebuild {
  constructor(private readonly catalog: CollectionCatalog) {
    super();
  }

  /** @throws IndexUnavailableError */
  async begin(namespace: Namespace): Promise<IndexDraft> {
    await this.catalog.server.whenReachable();
    if (this.catalog.isShared) return SharedDraft.begin(this.catalog, namespace);
    const old = await this.catalog.target(namespace);
    if (old === undefined && (await describeCollection(this.catalog.server, this.catalog.aliasOf(namespace)))) {
      throw this.catalog.foreign(namespace);
    }
    const existing = await this.catalog.physical(namespace);
    for (const name of existing) if (name !== old) await dropCollection(this.catalog.server, name);
    const generation = 1 + Math.max(0, ...existing.map(generationOf));
    const name = physicalName(this.catalog.aliasOf(namespace), this.catalog.options.space, generation);
    await this.catalog.make(name);
    return new AliasDraft(this.catalog, namespace, name, old);
  }
}

class AliasDraft implements IndexDraft {
  readonly #writer: PointWriter;

  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly namespace: Namespace,
    private readonly name: string,
    private readonly old: string | undefined,
  ) {
    this.#writer = new PointWriter(namespace, new RemovedVersions(), ({ operations }) =>
      catalog.server.update(name, operations),
    );
  }

  async apply(changes: readonly IndexChange[]): Promise<void> {
    await this.#writer.write(changes);
  }

  async publish(): Promise<void> {
    const alias_name = this.catalog.aliasOf(this.namespace);
    const actions = [
      ...(this.old === undefined ? [] : [{ delete_alias: { alias_name } }]),
      { create_alias: { alias_name, collection_name: this.name } },
    ];
    await this.catalog.server.call((api, init) => api.updateAliases({ actions }, init));
    this.catalog.forget(this.namespace);
  }

  async retireOld(): Promise<void> {
    if (this.old !== undefined) await dropCollection(this.catalog.server, this.old);
  }

  async discard(): Promise<void> {
    await dropCollection(this.catalog.server, this.name);
  }
}
