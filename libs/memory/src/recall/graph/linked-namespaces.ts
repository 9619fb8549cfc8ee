import { LRUCache } from 'lru-cache';
import type { LinkReader } from '../../links/ports/link-reader.port.js';
import type { Namespace } from '../../model/namespace.js';

const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 60_000;

/**
 * Knows which namespaces have links. That one has is remembered for a while; that one has none is asked anew each time,
 * because any process may make the first link, and the next recall must follow it.
 */
export class LinkedNamespaces {
  private readonly known = new LRUCache<Namespace, true>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });

  constructor(private readonly links: Pick<LinkReader, 'exists'>) {}

  /** @throws StoreUnavailableError */
  async has(namespace: Namespace): Promise<boolean> {
    if (this.known.get(namespace)) return true;
    const isLinked = await this.links.exists(namespace);
    if (isLinked) this.known.set(namespace, true);
    return isLinked;
  }
}
