interface Entry {
  version: number;
  /** -1: removed, only the version is remembered. */
  slot: number;
}

const REMOVED = -1;

/**
 * Which point lives in which slot, and the newest version seen of every key.
 * Removed keys keep their version so that an older upsert arriving late cannot bring them back; nothing else of them stays.
 */
export class PointTable<T> {
  readonly #entries = new Map<string, Entry>();
  readonly #points: (T | undefined)[] = [];
  readonly #freeSlots: number[] = [];

  /** Number of live points. */
  get size(): number {
    return this.#points.length - this.#freeSlots.length;
  }

  /** Slots are 0..capacity-1; the free ones hold no point. */
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

  /** Puts a point into the key's slot, or a free one. The caller has checked `isNewer`. */
  put(key: string, version: number, point: T): number {
    const slot = this.slotOf(key) ?? this.#freeSlots.pop() ?? this.#points.length;
    this.#entries.set(key, { version, slot });
    this.#points[slot] = point;
    return slot;
  }

  /** Frees the key's slot and remembers the version. The slot that was freed, if the key had one. */
  remove(key: string, version: number): number | undefined {
    const slot = this.slotOf(key);
    this.#entries.set(key, { version, slot: REMOVED });
    if (slot === undefined) return undefined;
    this.#points[slot] = undefined;
    this.#freeSlots.push(slot);
    return slot;
  }

  /** Keys of the live points. May be read on while points change. */
  *keys(): Generator<string> {
    for (const [key, { slot }] of this.#entries) if (slot !== REMOVED) yield key;
  }

  /** A live point with its slot and version. */
  find(key: string): { readonly slot: number; readonly version: number; readonly point: T } | undefined {
    const entry = this.#entries.get(key);
    const point = entry === undefined || entry.slot === REMOVED ? undefined : this.#points[entry.slot];
    return entry === undefined || point === undefined ? undefined : { ...entry, point };
  }

  /** Takes the key out with its version, as if it had never been there. The slot that was freed, if the key had one. */
  forget(key: string): number | undefined {
    const slot = this.remove(key, 0);
    this.#entries.delete(key);
    return slot;
  }
}
