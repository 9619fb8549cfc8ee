interface Entry {
  version: number;
  /** -1: removed; only the version is remembered. */
  slot: number;
}

const REMOVED = -1;

/**
 * Maps each point to its slot and keeps the newest version seen of every key. Removed keys keep only their version, so
 * that a late older upsert cannot bring them back.
 */
export class PointTable<T> {
  readonly #entries = new Map<string, Entry>();
  readonly #points: (T | undefined)[] = [];
  readonly #freeSlots: number[] = [];

  /** Number of live points. */
  get size(): number {
    return this.#points.length - this.#freeSlots.length;
  }

  /** Slots are 0..capacity-1; free slots hold no point. */
  get capacity(): number {
    return this.#points.length;
  }

  isNewer(key: string, version: number): boolean {
    const entry = this.#entries.get(key);
    return entry === undefined || version > entry.version;
  }

  at(slot: number): T | undefined {
    return this.#points[slot];
  }

  slotOf(key: string): number | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.slot === REMOVED ? undefined : entry.slot;
  }

  /** Puts a point into the key's slot, or a free one, and returns the slot. The caller has checked `isNewer`. */
  put(key: string, version: number, point: T): number {
    const slot = this.slotOf(key) ?? this.#freeSlots.pop() ?? this.#points.length;
    this.#entries.set(key, { version, slot });
    this.#points[slot] = point;
    return slot;
  }

  /** Frees the key's slot and remembers the version. Returns the freed slot, if the key had one. */
  remove(key: string, version: number): number | undefined {
    const slot = this.slotOf(key);
    this.#entries.set(key, { version, slot: REMOVED });
    if (slot === undefined) return undefined;
    this.#points[slot] = undefined;
    this.#freeSlots.push(slot);
    return slot;
  }

  /** Yields the keys of the live points. Points may change during the iteration. */
  *keys(): Generator<string> {
    for (const [key, { slot }] of this.#entries) if (slot !== REMOVED) yield key;
  }

  /** Returns a live point with its slot and version. */
  find(key: string): { readonly slot: number; readonly version: number; readonly point: T } | undefined {
    const entry = this.#entries.get(key);
    const point = entry === undefined || entry.slot === REMOVED ? undefined : this.#points[entry.slot];
    return entry === undefined || point === undefined ? undefined : { slot: entry.slot, version: entry.version, point };
  }

  /** Removes the key and its version, as if it had never existed. Returns the freed slot, if the key had one. */
  forget(key: string): number | undefined {
    const slot = this.remove(key, 0);
    this.#entries.delete(key);
    return slot;
  }
}
