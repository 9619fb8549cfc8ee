import type { QueryVector } from '../../search/query-vector.js';

/**
 * Points per block: large enough for tight inner loops, small enough that a namespace with few memories stays cheap.
 */
export const BLOCK_POINTS = 128;

/**
 * Vectors by slot, in blocks laid out dimension by dimension: a query reads only the dimensions it has a weight for,
 * sequentially, which makes sparse queries (feature hashing) several times cheaper than a row by row layout. Grows
 * block by block, so nothing is ever copied.
 */
export class VectorSlab {
  readonly #blocks: Float32Array[] = [];

  constructor(readonly dimension: number) {}

  write(slot: number, vector: Float32Array): void {
    const { block, offset } = this.#locate(slot);
    for (let dimension = 0; dimension < this.dimension; dimension++) {
      block[dimension * BLOCK_POINTS + offset] = vector[dimension] ?? 0;
    }
  }

  /** Overwrites the vector with zeros, so that none of it can be read afterwards. */
  erase(slot: number): void {
    const { block, offset } = this.#locate(slot);
    for (let dimension = 0; dimension < this.dimension; dimension++) block[dimension * BLOCK_POINTS + offset] = 0;
  }

  read(slot: number): Float32Array {
    const { block, offset } = this.#locate(slot);
    const vector = new Float32Array(this.dimension);
    for (let dimension = 0; dimension < this.dimension; dimension++) {
      vector[dimension] = block[dimension * BLOCK_POINTS + offset]!;
    }
    return vector;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  /** Writes the dot products of the query with the `BLOCK_POINTS` vectors of a block into `scores`. */
  scoreBlock(blockIndex: number, query: QueryVector, scores: Float64Array): void {
    const block = this.#blocks[blockIndex];
    scores.fill(0);
    if (!block) return;
    const { dimensions, weights, length } = query;
    let term = 0;
    // Four dimensions per pass save loads and stores; the additions keep the order of `dot`.
    for (; term + 4 <= length; term += 4) {
      const first = dimensions[term]! * BLOCK_POINTS;
      const second = dimensions[term + 1]! * BLOCK_POINTS;
      const third = dimensions[term + 2]! * BLOCK_POINTS;
      const fourth = dimensions[term + 3]! * BLOCK_POINTS;
      const w1 = weights[term]!;
      const w2 = weights[term + 1]!;
      const w3 = weights[term + 2]!;
      const w4 = weights[term + 3]!;
      for (let point = 0; point < BLOCK_POINTS; point++) {
        scores[point] =
          scores[point]! +
          w1 * block[first + point]! +
          w2 * block[second + point]! +
          w3 * block[third + point]! +
          w4 * block[fourth + point]!;
      }
    }
    for (; term < length; term++) {
      const start = dimensions[term]! * BLOCK_POINTS;
      const weight = weights[term]!;
      for (let point = 0; point < BLOCK_POINTS; point++)
        scores[point] = scores[point]! + weight * block[start + point]!;
    }
  }

  /** Returns the dot product of the query with the vector in a slot, to the last bit what `scoreBlock` writes for it. */
  score(slot: number, { dimensions, weights, length }: QueryVector): number {
    const { block, offset } = this.#locate(slot);
    let score = 0;
    for (let term = 0; term < length; term++)
      score += weights[term]! * block[dimensions[term]! * BLOCK_POINTS + offset]!;
    return score;
  }

  #locate(slot: number): { block: Float32Array; offset: number } {
    const index = Math.floor(slot / BLOCK_POINTS);
    while (this.#blocks.length <= index) this.#blocks.push(new Float32Array(BLOCK_POINTS * this.dimension));
    return { block: this.#blocks[index]!, offset: slot % BLOCK_POINTS };
  }
}
