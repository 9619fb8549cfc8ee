import {
  PointAudit,
  VectorIndex,
  VectorRebuild,
  toNamespace,
  type IndexChange,
  type Overlay,
  type VectorQuery,
  type Namespace,
} from '@sfm/memory';
import { randomUUID } from 'node:crypto';
import { testQdrant } from '../../../test/services/qdrant/qdrant.js';
import { CollectionCatalog, type CatalogOptions } from '../src/qdrant/collections/collection-catalog.js';
import { dropCollection } from '../src/qdrant/collections/collections.js';
import { QdrantServer } from '../src/qdrant/server/qdrant-server.js';

/** Namespaces nobody else on the tests' Qdrant has. */
export class TestNamespaces {
  readonly #prefix = `t${randomUUID().slice(0, 8)}_`;
  #server: QdrantServer | undefined;

  named(name: string): Namespace {
    return toNamespace(`${this.#prefix}${name}`);
  }

  async server(): Promise<QdrantServer> {
    this.#server ??= new QdrantServer({ ...(await testQdrant()), timeoutMs: 30_000 });
    return this.#server;
  }

  async catalog(options: Partial<CatalogOptions> = {}): Promise<CollectionCatalog> {
    return new CollectionCatalog(await this.server(), { space: 'test:1', dimension: 4, ...options });
  }

  /** Removes all their collections and closes the connections. */
  async remove(): Promise<void> {
    const server = await this.server();
    const { collections } = await server.call((api, init) => api.getCollections({}, init));
    for (const { name } of collections) if (name.startsWith(this.#prefix)) await dropCollection(server, name);
    await server.close();
  }
}

/** An index with all its namespaces under other names. */
export class RenamedNamespaces extends VectorIndex {
  constructor(
    private readonly index: VectorIndex,
    private readonly named: (name: string) => Namespace,
  ) {
    super();
  }

  apply(namespace: Namespace, changes: readonly IndexChange[]) {
    return this.index.apply(this.named(namespace), changes);
  }

  search(namespace: Namespace, query: VectorQuery, overlay: Overlay) {
    return this.index.search(this.named(namespace), query, overlay);
  }

  count(namespace: Namespace) {
    return this.index.count(this.named(namespace));
  }

  clear(namespace: Namespace) {
    return this.index.clear(this.named(namespace));
  }
}

/** An audit of such an index. */
export class RenamedAudit extends PointAudit {
  constructor(
    private readonly audit: PointAudit,
    private readonly named: (name: string) => Namespace,
  ) {
    super();
  }

  scan(namespace: Namespace) {
    return this.audit.scan(this.named(namespace));
  }

  held(namespace: Namespace, keys: readonly string[]) {
    return this.audit.held(this.named(namespace), keys);
  }

  evict(namespace: Namespace, keys: readonly string[]) {
    return this.audit.evict(this.named(namespace), keys);
  }
}

/** A rebuild of such an index. */
export class RenamedRebuild extends VectorRebuild {
  constructor(
    private readonly rebuild: VectorRebuild,
    private readonly named: (name: string) => Namespace,
  ) {
    super();
  }

  begin(namespace: Namespace) {
    return this.rebuild.begin(this.named(namespace));
  }
}
