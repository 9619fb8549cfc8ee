import {
  DEFAULT_BM25,
  LexicalIndex,
  type Bm25Options,
  type CandidateContent,
  type ContentQuery,
  type IndexChange,
  type IndexQuery,
  type LaneCandidate,
  type LexicalQuery,
  type LiteralQuery,
  type NeighbourQuery,
  type Overlay,
  type SessionNeighbour,
  type Namespace,
} from '@sfm/memory';
import { CooperativeQueue } from '../points/cooperative-queue.js';
import { EmptiedNamespaces } from '../points/emptied-namespaces.js';
import { LexicalNamespace } from './lexical-namespace.js';

/**
 * BM25 index in the memory of this process, one inverted index per namespace, rebuilt from the stored memories at
 * start.
 */
export class EmbeddedLexicalIndex extends LexicalIndex {
  readonly #namespaces = new Map<Namespace, LexicalNamespace>();
  readonly #emptied = new EmptiedNamespaces();
  readonly #queue = new CooperativeQueue();

  constructor(private readonly bm25: Bm25Options = DEFAULT_BM25) {
    super();
  }

  async apply(namespace: Namespace, changes: readonly IndexChange[]): Promise<void> {
    const apply = (change: IndexChange) => {
      const held = this.#openNamespace(namespace);
      held.apply(change);
      const idle = this.#emptied.note(namespace, held.size);
      if (idle !== undefined) this.#namespaces.delete(idle);
    };
    await this.#queue.run(namespace, changes, (change) => {
      const analyzing = change.kind === 'upsert' ? change.point.analyze?.() : undefined;
      return analyzing ? analyzing.then(() => apply(change)) : apply(change);
    });
  }

  async search(namespace: Namespace, query: LexicalQuery, overlay: Overlay): Promise<readonly LaneCandidate[]> {
    const held = this.#namespaces.get(namespace) ?? new LexicalNamespace(this.bm25);
    return held.search(query, overlay);
  }

  async neighbours(
    namespace: Namespace,
    query: NeighbourQuery,
    overlay: Overlay,
  ): Promise<readonly SessionNeighbour[]> {
    const held = this.#namespaces.get(namespace) ?? new LexicalNamespace(this.bm25);
    return held.neighbours(query, overlay);
  }

  async contents(namespace: Namespace, query: ContentQuery, overlay: Overlay): Promise<readonly CandidateContent[]> {
    const held = this.#namespaces.get(namespace) ?? new LexicalNamespace(this.bm25);
    return held.contents(query, overlay);
  }

  async matching(namespace: Namespace, query: IndexQuery, overlay: Overlay): Promise<readonly string[]> {
    const held = this.#namespaces.get(namespace) ?? new LexicalNamespace(this.bm25);
    return held.matching(query, overlay);
  }

  async holding(namespace: Namespace, query: LiteralQuery): Promise<readonly string[] | undefined> {
    const held = this.#namespaces.get(namespace) ?? new LexicalNamespace(this.bm25);
    return held.holding(query);
  }

  async count(namespace: Namespace): Promise<number> {
    return this.#namespaces.get(namespace)?.size ?? 0;
  }

  async clear(namespace: Namespace): Promise<void> {
    await this.#queue.run(namespace, [undefined], () => void this.#namespaces.delete(namespace));
  }

  #openNamespace(namespace: Namespace): LexicalNamespace {
    const known = this.#namespaces.get(namespace);
    if (known) return known;
    const created = new LexicalNamespace(this.bm25);
    this.#namespaces.set(namespace, created);
    return created;
  }
}
