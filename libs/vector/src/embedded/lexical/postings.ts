const INITIAL_CAPACITY = 4;

/** The points that contain a term, by slot ascending, with the number of occurrences in each. */
export class Postings {
  #slots = new Int32Array(INITIAL_CAPACITY);
  #counts = new Int32Array(INITIAL_CAPACITY);
  #size = 0;
  #mostOccurrences = 0;
  #shortestText = Infinity;

  /** Number of points that contain the term. */
  get size(): number {
    return this.#size;
  }

  /** The first `size` elements are in use. */
  get slots(): Int32Array {
    return this.#slots;
  }

  /** Occurrences, parallel to `slots`. */
  get counts(): Int32Array {
    return this.#counts;
  }

  /** No point that has, or had, the term contains it more often. */
  get mostOccurrences(): number {
    return this.#mostOccurrences;
  }

  /** No point that has, or had, the term has a text with fewer tokens. */
  get shortestText(): number {
    return this.#shortestText;
  }

  /** Adds a slot, which must not be present yet, with a text of `length` tokens. */
  insert(slot: number, count: number, length: number): void {
    if (count > this.#mostOccurrences) this.#mostOccurrences = count;
    if (length < this.#shortestText) this.#shortestText = length;
    if (this.#size === this.#slots.length) this.#grow();
    const position = this.#positionOf(slot);
    if (position < this.#size) {
      this.#slots.copyWithin(position + 1, position, this.#size);
      this.#counts.copyWithin(position + 1, position, this.#size);
    }
    this.#slots[position] = slot;
    this.#counts[position] = count;
    this.#size++;
  }

  remove(slot: number): void {
    const position = this.#positionOf(slot);
    if (position === this.#size || this.#slots[position] !== slot) return;
    this.#slots.copyWithin(position, position + 1, this.#size);
    this.#counts.copyWithin(position, position + 1, this.#size);
    this.#size--;
  }

  has(slot: number): boolean {
    const position = this.#positionOf(slot);
    return position < this.#size && this.#slots[position] === slot;
  }

  /** Returns the slot's position, or its insertion position. */
  #positionOf(slot: number): number {
    let low = 0;
    let high = this.#size;
    // New points mostly get the highest slot.
    if (high > 0 && this.#slots[high - 1]! < slot) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#slots[middle]! < slot) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const capacity = Math.ceil(this.#slots.length * 1.5) + 1;
    const slots = new Int32Array(capacity);
    const counts = new Int32Array(capacity);
    slots.set(this.#slots);
    counts.set(this.#counts);
    this.#slots = slots;
    this.#counts = counts;
  }
}

/**
 * Returns the first position, from a given one on, whose slot is not lower; `size` when there is none. For slots in
 * ascending order: doubling steps, then bisection (Bentley & Yao, "An almost optimal algorithm for unbounded
 * searching", 1976).
 */
export function seek(
  slots: ArrayLike<number>,
  size: number,
  { slot, from }: { readonly slot: number; readonly from: number },
): number {
  let step = 1;
  let low = from;
  while (low + step < size && slots[low + step]! < slot) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, size);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle]! < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
