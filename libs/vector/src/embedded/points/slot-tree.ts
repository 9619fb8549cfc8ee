import SortedBTree from 'sorted-btree';

/** Entries of a tree of numbers: a code, then a slot, so that the slots of a code are neighbours. */
const SLOTS = 2 ** 27;

const { default: BTree } = SortedBTree;
type NumberTree = InstanceType<typeof BTree<number, undefined>>;

/** The slots that have a code; a slot can have several codes. */
export class SlotsByCode {
  readonly #tree: NumberTree;

  /** @param entries pairs of a code and a slot, in any order */
  constructor(entries: Iterable<readonly [code: number, slot: number]>) {
    const keys = Float64Array.from(entries, ([code, slot]) => code * SLOTS + slot).sort();
    this.#tree = new BTree<number, undefined>(undefined, (a, b) => a - b);
    for (const key of keys) this.#tree.set(key, undefined);
  }

  add(code: number, slot: number): void {
    this.#tree.set(code * SLOTS + slot, undefined);
  }

  remove(code: number, slot: number): void {
    this.#tree.delete(code * SLOTS + slot);
  }

  /** Returns the slots of the codes from `first` to `last`, at most `limit`; of one code ascending. */
  slots(first: number, last: number, limit = Infinity): number[] {
    const found: number[] = [];
    if (limit <= 0) return found;
    this.#tree.forRange(first * SLOTS, (last + 1) * SLOTS, false, (key) => {
      found.push(key % SLOTS);
      return found.length >= limit ? { break: true } : undefined;
    });
    return found;
  }
}

interface Placed<T> {
  readonly value: T;
  readonly slot: number;
}

export interface Bounds<T> {
  readonly from?: T;
  readonly to?: T;
}

/** Slots in the order of their values, ties by slot. */
export class SlotsInOrder<T> {
  readonly #tree: InstanceType<typeof BTree<Placed<T>, undefined>>;

  constructor(compare: (a: T, b: T) => number, placed: readonly Placed<T>[]) {
    const order = (a: Placed<T>, b: Placed<T>) => compare(a.value, b.value) || a.slot - b.slot;
    this.#tree = new BTree<Placed<T>, undefined>(undefined, order);
    for (const place of [...placed].sort(order)) this.#tree.set(place, undefined);
  }

  add(value: T, slot: number): void {
    this.#tree.set({ value, slot }, undefined);
  }

  remove(value: T, slot: number): void {
    this.#tree.delete({ value, slot });
  }

  /** Returns the slots whose value lies within the bounds, both included, at most `limit`, lowest value first. */
  within({ from, to }: Bounds<T>, limit = Infinity): number[] {
    const [lowest, highest] = [this.#tree.minKey(), this.#tree.maxKey()];
    if (lowest === undefined || highest === undefined || limit <= 0) return [];
    const found: number[] = [];
    const first = from === undefined ? lowest : { value: from, slot: -1 };
    const last = to === undefined ? highest : { value: to, slot: Infinity };
    this.#tree.forRange(first, last, true, ({ slot }) => {
      found.push(slot);
      return found.length >= limit ? { break: true } : undefined;
    });
    return found;
  }

  /** Yields all slots, lowest value first. */
  *values(): Generator<number> {
    for (const { slot } of this.#tree.keys()) yield slot;
  }
}
