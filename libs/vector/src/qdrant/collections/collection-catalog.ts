import { IndexUnusableError, quotedNamespace, whileWanted, withoutBudget, type Namespace } from '@sfm/memory';
import { LRUCache } from 'lru-cache';
import { aliasOf, isPhysicalOf, physicalName } from './collection-names.js';
import {
  createCollection,
  describeCollection,
  type CollectionDescription,
  type CollectionOptions,
} from './collections.js';
import { CollectionMissing } from '../server/qdrant-errors.js';
import { Mirrors } from './mirrors.js';
import { assertSupported } from '../server/qdrant-health.js';
import type { QdrantServer } from '../server/qdrant-server.js';

export interface CatalogOptions extends Omit<CollectionOptions, 'holds'> {
  /** Collection of this name for all namespaces; each namespace has its own when absent. */
  readonly sharedCollection?: string;
  /** Names of collections that receive every point as well: see `Mirrors`. */
  readonly mirrors?: readonly string[];
}

/** The collection that holds the points of a namespace, accessed through its alias. */
export interface OpenCollection {
  readonly name: string;
  /** A graph proposes the results, so a search can miss points unless it asks for the exact answer. */
  readonly isApproximate: boolean;
  /** Payload fields with an index, by its type, including those just requested. */
  readonly indexedFields: Map<string, string>;
  /** See `FACETS_VERSION`. */
  readonly facetsVersion: number;
}

/** Callers choose the fields, and each index costs the server memory. */
const MAX_INDEXED_FIELDS = 64;
/** How long the cached state of a collection is trusted: another process may rebuild it for another embedding space. */
const BELIEVED_MS = 3000;

/** Collections whose state is cached. */
const MAX_LOOKS = 1000;

interface Look {
  readonly collection: Promise<OpenCollection | undefined>;
  readonly atMs: number;
}

/** Finds the collection of a namespace's points, creates it when missing, and refuses collections it cannot use. */
export class CollectionCatalog {
  readonly #looks: LRUCache<string, Look>;
  #isSupported = false;
  readonly mirrors: Mirrors;

  constructor(
    readonly server: QdrantServer,
    readonly options: CatalogOptions,
    maxLooks = MAX_LOOKS,
  ) {
    this.#looks = new LRUCache({ max: maxLooks });
    this.mirrors = new Mirrors(server, options.mirrors ?? [], { ...options, holds: 'mirror' });
  }

  get isShared(): boolean {
    return this.options.sharedCollection !== undefined;
  }

  /** Returns the name under which the points of a namespace are reached. */
  aliasOf(namespace: Namespace): string {
    return this.options.sharedCollection ?? aliasOf(namespace);
  }

  /**
   * Returns the collection of a namespace; undefined when there is none.
   *
   * @throws IndexUnusableError when it has another embedding space or was not made by this index; IndexUnavailableError
   * when the server is too old
   */
  async find(namespace: Namespace): Promise<OpenCollection | undefined> {
    const alias = this.aliasOf(namespace);
    const known = this.#looks.get(alias);
    if (known && performance.now() - known.atMs < BELIEVED_MS) return whileWanted(known.collection);
    // Others use what it finds, so it is on nobody's budget.
    const look = { collection: withoutBudget(() => this.#look(namespace, alias)), atMs: performance.now() };
    this.#looks.set(alias, look);
    look.collection.then(
      (found) => found ?? this.#drop(alias, look),
      () => this.#drop(alias, look),
    );
    return whileWanted(look.collection);
  }

  /** As `find`, but creates the collection when there is none. */
  async open(namespace: Namespace): Promise<OpenCollection> {
    const found = await this.find(namespace);
    if (found) return found;
    await this.#create(this.aliasOf(namespace));
    this.forget(namespace);
    const created = await this.find(namespace);
    if (!created)
      throw new CollectionMissing(`the collection of namespace ${namespace} was removed just after it was made`);
    return created;
  }

  /** Creates a collection for points that are searched. */
  async make(name: string): Promise<void> {
    await this.#assertSupported();
    await createCollection(this.server, name, { ...this.options, holds: this.isShared ? 'shared' : 'namespace' });
  }

  /** Returns the error for a foreign collection that has the name of a namespace's alias. */
  foreign(namespace: Namespace): IndexUnusableError {
    return new IndexUnusableError(
      `Qdrant at ${this.server.name} has a collection ${this.aliasOf(namespace)} that this service did not make, where ` +
        `the vectors of namespace ${namespace} belong: rename or remove it`,
    );
  }

  /**
   * Returns whether a range of numbers of a payload field can be asked of the server, and starts indexing them if they
   * are not, in the background: a range query without an index has to read every payload. A field can have one index
   * only, so one that is indexed as words cannot be asked for a range.
   */
  indexNumbers({ name, indexedFields }: OpenCollection, field: string): boolean {
    const type = indexedFields.get(field);
    if (type !== undefined) return type === 'float' || type === 'integer';
    if (indexedFields.size >= MAX_INDEXED_FIELDS) return false;
    indexedFields.set(field, 'float');
    const request = { collection_name: name, wait: false, field_name: field, field_schema: 'float' as const };
    // Searches continue without it, and the next check shows that it is still missing.
    withoutBudget(
      () => void this.server.call((api, init) => api.createFieldIndex(request, init)).catch(() => undefined),
    );
    return true;
  }

  /** Discards the cached state, so that the next call checks again. */
  forget(namespace: Namespace): void {
    this.#looks.delete(this.aliasOf(namespace));
  }

  /** Returns all physical collections behind the namespace's alias, including those of interrupted rebuilds. */
  async physical(namespace: Namespace): Promise<string[]> {
    const alias = this.aliasOf(namespace);
    const { collections } = await this.server.call((api, init) => api.getCollections({}, init));
    return collections.map(({ name }) => name).filter((name) => isPhysicalOf(alias, name));
  }

  /** Returns the physical collection that the alias points to. */
  async target(namespace: Namespace): Promise<string | undefined> {
    const alias = this.aliasOf(namespace);
    const { aliases } = await this.server.call((api, init) => api.getCollectionsAliases({}, init));
    return aliases.find(({ alias_name }) => alias_name === alias)?.collection_name;
  }

  async #assertSupported(): Promise<void> {
    if (!this.#isSupported) await assertSupported(this.server);
    this.#isSupported = true;
  }

  async #look(namespace: Namespace, alias: string): Promise<OpenCollection | undefined> {
    await this.#assertSupported();
    const description = await describeCollection(this.server, alias);
    if (!description) return undefined;
    this.#check(namespace, alias, description);
    return {
      name: alias,
      isApproximate: description.indexedVectors > 0,
      indexedFields: new Map(description.indexedFields),
      facetsVersion: description.facetsVersion,
    };
  }

  #check(namespace: Namespace, alias: string, { space, dimension }: CollectionDescription): void {
    if (space === undefined || dimension === undefined) {
      throw this.foreign(namespace);
    }
    if (space === this.options.space && dimension === this.options.dimension) return;
    throw new IndexUnusableError(
      `the vectors of namespace ${namespace} were made by ${space} (${dimension} dimensions), and this service embeds ` +
        `with ${this.options.space} (${this.options.dimension} dimensions): ` +
        (this.isShared
          ? 'choose another QDRANT_SHARED_COLLECTION and run soma reindex for every namespace'
          : `run soma reindex --namespace ${quotedNamespace(namespace)}`),
    );
  }

  /** Several processes may do this at once: all but one find everything created, and the alias is the same for all. */
  async #create(alias: string): Promise<void> {
    const name = physicalName(alias, this.options.space);
    await this.make(name);
    await this.server.call((api, init) =>
      api.updateAliases({ actions: [{ create_alias: { collection_name: name, alias_name: alias } }] }, init),
    );
  }

  #drop(alias: string, look: Look): void {
    if (this.#looks.get(alias) === look) this.#looks.delete(alias);
  }
}
