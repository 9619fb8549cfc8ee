import type { MemorySystem } from '@sfm/composition';
import { InvalidRequestError, toNamespace, type Namespace, type NamespaceSummary } from '@sfm/memory';

/** Namespaces looked at in one step of a list. */
const PAGE = 100;

/** How much is in a namespace. */
export interface NamespaceDescription {
  readonly namespace: string;
  readonly memories: { readonly total: number; readonly episodic: number; readonly semantic: number };
  /** Counted up to 10,000. */
  readonly links: number;
  /** As PostgreSQL stores them; of many memories an estimate by the newest. */
  readonly bytes: number;
  readonly newestAt: Date | null;
  /** How far the indexes are behind. */
  readonly indexLag: { readonly pending: number; readonly seconds: number };
}

/** Memories and links that were moved, copied or deleted. */
export interface NamespaceCounts {
  readonly memories: number;
  readonly links: number;
}

/**
 * The namespaces of the memory system. A memory system stays in its own one, whatever becomes of that. What takes long goes on
 * until it is done; after an error the same call goes on where it ended.
 */
export class Namespaces {
  constructor(private readonly system: MemorySystem) {}

  /** Gives those that hold memories or links, by name. */
  async *list(): AsyncGenerator<NamespaceDescription, void, undefined> {
    for (let after: Namespace | undefined, isMore = true; isMore;) {
      const { namespaces, next } = await this.system.namespaces.list('*', {
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      yield* namespaces.map(toDescription);
      after = next;
      isMore = next !== undefined;
    }
  }

  /** Returns how much is in one, which may be nothing: what `delete` would remove. */
  async describe(name: string): Promise<NamespaceDescription> {
    return toDescription(await this.system.namespaces.summary(toNamespace(name)));
  }

  /**
   * Deletes what was last written before now.
   *
   * @param options `confirm` has to be the name again
   * @throws SomaFractalMemoryError `namespace_busy`
   */
  async delete(name: string, { confirm }: { readonly confirm: string }): Promise<NamespaceCounts> {
    const namespace = toNamespace(name);
    if (confirm !== name) throw new InvalidRequestError('confirm', 'must be the name of the namespace');
    const removed = { memories: 0, links: 0 };
    for (let isDone = false; !isDone;) {
      const part = await this.system.namespaceRemovals.remove(namespace);
      removed.memories += part.memories;
      removed.links += part.links;
      isDone = part.isDone;
    }
    return removed;
  }

  /**
   * Copies one into another that holds nothing, as it is now.
   *
   * @throws SomaFractalMemoryError `namespace_not_empty`, `namespace_busy`, `import_conflict`
   */
  async clone(name: string, to: string): Promise<NamespaceCounts> {
    for (;;) {
      const { isDone, memories, links } = await this.system.namespaceCopies.copy(toNamespace(name), toNamespace(to));
      if (isDone) return { memories, links };
    }
  }

  /**
   * Moves one to another name, with what is written meanwhile. For the last of it changes under the old name fail for a moment
   * with `namespace_moving`.
   *
   * @throws SomaFractalMemoryError as `clone`
   */
  async rename(name: string, to: string): Promise<NamespaceCounts> {
    for (;;) {
      const { isDone, memories, links } = await this.system.namespaceRenames.rename(toNamespace(name), toNamespace(to));
      if (isDone) return { memories, links };
    }
  }
}

function toDescription(summary: NamespaceSummary): NamespaceDescription {
  const { namespace, counts, links, bytes, newestAt, pending, oldestPendingSeconds: seconds } = summary;
  const { total, episodic, semantic } = counts;
  return { namespace, memories: { total, episodic, semantic }, links, bytes, newestAt, indexLag: { pending, seconds } };
}
