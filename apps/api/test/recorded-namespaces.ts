import {
  NamespaceLock,
  NamespaceStore,
  type EmptiedPlaces,
  type ListPosition,
  type Namespace,
  type NamespaceFacts,
  type NamespaceRest,
  type RemovalCut,
} from '@sfm/memory';
import type { InMemoryLinks } from '@sfm/memory/testing';
import type { RecordedTruth } from './recorded-ports.js';

/** The namespaces of a recorded truth and its links; there are no indexes. */
export class RecordedNamespaces extends NamespaceStore {
  readonly places: EmptiedPlaces = {
    store: this,
    pending: { count: () => Promise.resolve(0) },
    vectors: { clear: () => Promise.resolve() },
    lexical: { clear: () => Promise.resolve() },
    source: {
      reopen: () => Promise.resolve(),
      scanNamespace: async function* () {
        // Nothing was written meanwhile.
      },
    },
    indexer: { refresh: () => Promise.resolve([]) },
    lock: new OpenLock(),
  };

  constructor(
    private readonly truth: RecordedTruth,
    private readonly links: InMemoryLinks,
  ) {
    super();
  }

  async names(after: Namespace | undefined, limit: number): Promise<readonly Namespace[]> {
    this.truth.note('names');
    const names = [...new Set([...this.truth.memories.values()].map(({ namespace }) => namespace))].sort();
    return names.filter((name) => name > (after ?? '')).slice(0, limit);
  }

  async facts(namespace: Namespace): Promise<NamespaceFacts> {
    const memories = this.truth.of(namespace);
    return {
      ...{ sampled: memories.length, sampledBytes: 10 * memories.length, newestAt: memories.at(-1)?.createdAt ?? null },
      ...{ links: this.linksOf(namespace).length, pending: 0, oldestPendingSeconds: 0 },
    };
  }

  async now(): Promise<Date> {
    return new Date();
  }

  async endTransfers(): Promise<void> {}

  async removeMemories(
    { namespace }: RemovalCut,
    _: ListPosition | undefined,
    eventIds: readonly string[],
  ): Promise<{ readonly removed: number; readonly next?: ListPosition }> {
    this.truth.note('removeMemories', namespace);
    const memories = this.truth.of(namespace).slice(0, eventIds.length);
    for (const { key } of memories) this.truth.memories.delete(`${namespace}/${key}`);
    return { removed: memories.length };
  }

  async removeLinks({ namespace }: RemovalCut): Promise<number> {
    const { length } = this.linksOf(namespace);
    this.links.links = this.links.links.filter((link) => link.namespace !== namespace);
    return length;
  }

  async rest(namespace: Namespace): Promise<NamespaceRest> {
    const isInUse = this.truth.of(namespace).length + this.linksOf(namespace).length > 0;
    return { isToRemove: false, isInUse };
  }

  async forgetRest(): Promise<void> {}

  private linksOf(namespace: Namespace) {
    return this.links.links.filter((link) => link.namespace === namespace);
  }
}

/** Is free at any time. */
export class OpenLock extends NamespaceLock {
  async hold<T>(_: Namespace, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return work(new AbortController().signal);
  }
}
