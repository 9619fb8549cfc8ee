import { LRUCache } from 'lru-cache';
import { identityOf, type Namespace } from '@sfm/memory';

/** Enough for all concurrent work; the truth's own version check catches forgotten ones. */
const MAX_REMEMBERED = 100_000;

/**
 * Versions of memories that this process removed recently. The server keeps nothing of a removed point, so a late older
 * version would look new there.
 */
export class RemovedVersions {
  readonly #versions: LRUCache<string, number>;

  constructor(limit = MAX_REMEMBERED) {
    this.#versions = new LRUCache({ max: limit });
  }

  note(namespace: Namespace, key: string, version: number): void {
    const id = identityOf({ namespace, key });
    this.#versions.set(id, Math.max(version, this.#versions.peek(id) ?? 0));
  }

  /** Whether a change is older than a removal. The removal itself is not: it is repeated after the server was away. */
  isRemoved(namespace: Namespace, key: string, version: number): boolean {
    return (this.#versions.peek(identityOf({ namespace, key })) ?? -1) > version;
  }

  /** Forgets the removals of the keys, or of the whole namespace: any version may be written again. */
  forget(namespace: Namespace, keys?: readonly string[]): void {
    if (keys) for (const key of keys) this.#versions.delete(identityOf({ namespace, key }));
    else
      for (const id of [...this.#versions.keys()])
        if (id.startsWith(identityOf({ namespace, key: '' }))) this.#versions.delete(id);
  }
}
