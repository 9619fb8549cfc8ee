import { LRUCache } from 'lru-cache';
import type { Namespace } from '../model/namespace.js';

/** Namespaces that are watched at a time; others are counted again. */
const MAX_NAMESPACES = 10_000;

/** How long a count is believed: others create memories too, and change what a namespace may have. */
const BELIEVED_MS = 300_000;

interface Watched {
  /** Memories that may still be created when the namespace was last counted; Infinity without a cap. */
  readonly room: number;
  created: number;
}

/**
 * Tells when a namespace may have outgrown its cap, without counting at every write: a count holds until half of the room
 * that it found is used up by this process. What other processes create is found at the next regular run at the latest.
 */
export class CapWatch {
  private readonly watched = new LRUCache<Namespace, Watched>({ max: MAX_NAMESPACES, ttl: BELIEVED_MS });

  /** Called with a namespace that has to be counted. */
  onDoubt: (namespace: Namespace) => void = () => {};

  /** Notes that memories were created. */
  created(namespace: Namespace, count: number): void {
    const known = this.watched.get(namespace);
    if (known === undefined) return this.onDoubt(namespace);
    known.created += count;
    if (known.created * 2 >= known.room) this.onDoubt(namespace);
  }

  /** Notes how many memories may still be created; Infinity without a cap. */
  counted(namespace: Namespace, room: number): void {
    this.watched.set(namespace, { room, created: 0 });
  }
}
