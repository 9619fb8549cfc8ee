interface Entry {
  readonly version: number;
  readonly slot: number;
}

/** Removed keys whose versions are remembered: enough for all changes that may still come late. */
const MAX_REMOVED = 10_000;

/**
 * Maps each point to its slot and keeps the newest version seen of every key. Of the keys removed last only the version
 * is kept, so that a late older upsert cannot bring them back.
 */
export class PointTable<T> {
  readonly #entries = new Map<string, Entry>();
  /** Versions by key, the key removed last at the end. */
  readonly #removed = new Map<string, number>();
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
    const known = this.#entries.get(key)?.version ?? this.#removed.get(key);
    return known === undefined || version > known;
  }

  at(slot: number): T | undefined {
    return this.#points[slot];
  }

  slotOf(key: string): number | undefined {
    return this.#entries.get(key)?.slot;
  }

  /** Puts a point into the key's slot, or a free one, and returns the slot. The caller has checked `isNewer`. */
  put(key: string, version: number, point: T): number {
    const slot = this.slotOf(key) ?? this.#freeSlots.pop() ?? this.#points.length;
    this.#removed.delete(key);
    this.#entries.set(key, { version, slot });
    this.#points[slot] = point;
    return slot;
  }

  /** Frees the key's slot and remembers the version. Returns the freed slot, if the key had one. */
  remove(key: string, version: number): number | undefined {
    const slot = this.#release(key);
    this.#removed.delete(key);
    this.#removed.set(key, version);
    const [oldest] = this.#removed.keys();
    if (this.#removed.size > MAX_REMOVED && oldest !== undefined) this.#removed.delete(oldest);
    return slot;
  }

  /** Yields the keys of the live points. Points may change during the iteration. */
  *keys(): Generator<string> {
    yield* this.#entries.keys();
  }

  /** Returns a live point with its slot and version. */
  find(key: string): { readonly slot: number; readonly version: number; readonly point: T } | undefined {
    const entry = this.#entries.get(key);
    const point = entry === undefined ? undefined : this.#points[entry.slot];
    return entry === undefined || point === undefined ? undefined : { slot: entry.slot, version: entry.version, point };
  }

  /** Removes the key and its version, as if it had never existed. Returns the freed slot, if the key had one. */
  forget(key: string): number | undefined {
    this.#removed.delete(key);
    return this.#release(key);
  }

  #release(key: string): number | undefined {
    const slot = this.slotOf(key);
    if (slot === undefined) return undefined;
    this.#entries.delete(key);
    this.#points[slot] = undefined;
    this.#freeSlots.push(slot);
    return slot;
  }
}
