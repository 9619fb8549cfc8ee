import { IndexUnavailableError, type Namespace } from '@sfm/memory';
import { createCollection, describeCollection, type CollectionOptions } from './collections.js';
import { inNamespace } from '../points/filter-pushdown.js';
import { CollectionMissing } from '../server/qdrant-errors.js';
import type { QdrantServer } from '../server/qdrant-server.js';
import type { UpdateOperation } from '../points/write-plan.js';

/**
 * Collections that receive the points of every namespace in addition to the namespace's own, for other programs. This
 * index never searches them. They are created when missing.
 */
export class Mirrors {
  readonly #ready = new Set<string>();

  constructor(
    private readonly server: QdrantServer,
    private readonly names: readonly string[],
    private readonly options: CollectionOptions,
  ) {}

  /** @throws IndexUnavailableError, also when a collection of that name cannot take the points */
  async apply(operations: readonly UpdateOperation[]): Promise<void> {
    await this.#each((name) => this.server.update(name, operations));
  }

  /** Removes all points of a namespace. */
  async clear(namespace: Namespace): Promise<void> {
    await this.apply([JSON.stringify({ delete: { filter: { must: [inNamespace(namespace)] } } })]);
  }

  async #each(work: (name: string) => Promise<void>): Promise<void> {
    for (const name of this.names) {
      await this.#make(name);
      await work(name).catch((error: unknown) => {
        if (error instanceof CollectionMissing) this.#ready.delete(name);
        throw error;
      });
    }
  }

  async #make(name: string): Promise<void> {
    if (this.#ready.has(name)) return;
    const held = await describeCollection(this.server, name);
    if (!held) await createCollection(this.server, name, { ...this.options, holds: 'mirror' });
    else if (held.holds === 'namespace' || held.holds === 'shared') {
      throw new IndexUnavailableError(
        `the collection ${name} holds what is searched and cannot be an additional one: change QDRANT_COLLECTION or ` +
          'QDRANT_EXTRA_COLLECTION',
      );
    } else if (held.dimension !== this.options.dimension) {
      throw new IndexUnavailableError(
        `the additional collection ${name} takes vectors of ${held.dimension ?? 'other'} dimensions, and this service ` +
          `embeds with ${this.options.dimension}: change QDRANT_COLLECTION or QDRANT_EXTRA_COLLECTION, or remove it`,
      );
    }
    this.#ready.add(name);
  }
}
