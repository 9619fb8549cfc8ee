const INITIAL_CAPACITY = 4;

/** The points that have a term, by slot ascending, with how often they have it. */
export class Postings {
  #slots = new Int32Array(INITIAL_CAPACITY);
  #counts = new Int32Array(INITIAL_CAPACITY);
  #size = 0;

  /** Number of points that have the term. */
  get size(): number {
    return this.#size;
  }

  /** The first `size` elements are in use. */
  get slots(): Int32Array {
    return this.#slots;
  }

  /** Occurrences, in step with `slots`. */
  get counts(): Int32Array {
    return this.#counts;
  }

  /** The slot must not be there yet. */
  insert(slot: number, count: number): void {
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

  /** Where the slot is, or belongs. */
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
 * The first position, from a given one on, whose slot is not lower; `size` when there is none. For slots asked for in
 * ascending order: steps that double, then halves (Bentley & Yao, "An almost optimal algorithm for unbounded searching",
 * 1976).
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
