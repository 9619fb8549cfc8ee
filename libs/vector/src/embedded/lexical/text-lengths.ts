/** Number of tokens of the text in each slot. */
export class TextLengths {
  #values = new Int32Array(0);

  /** The first elements belong to the slots in use. */
  get values(): Int32Array {
    return this.#values;
  }

  set(slot: number, length: number): void {
    if (slot >= this.#values.length) {
      const grown = new Int32Array(Math.max(64, slot + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[slot] = length;
  }
}
