import { describe, expect, it } from '@jest/globals';
import { randomUnitVector, seededRandom } from '@sfm/memory/testing';
import { dot, toQueryVector } from '../../search/query-vector.js';
import { BLOCK_POINTS, VectorSlab } from './vector-slab.js';

const DIMENSION = 23;

function filledSlab(count: number): { slab: VectorSlab; vectors: Float32Array[] } {
  const random = seededRandom(1);
  const vectors = Array.from({ length: count }, () => randomUnitVector(random, DIMENSION, 0.3));
  const slab = new VectorSlab(DIMENSION);
  vectors.forEach((vector, slot) => slab.write(slot, vector));
  return { slab, vectors };
}

describe('VectorSlab', () => {
  it('reads back what was written, across blocks', () => {
    const { slab, vectors } = filledSlab(2 * BLOCK_POINTS + 5);
    expect(vectors.map((_, slot) => slab.read(slot))).toEqual(vectors);
  });

  it.each([0, 0.5, 0.9])('scores a block with the same bits as one by one (share of zeros %d)', (sparsity) => {
    const { slab, vectors } = filledSlab(BLOCK_POINTS + 3);
    const query = toQueryVector(randomUnitVector(seededRandom(2), DIMENSION, sparsity));
    const scores = new Float64Array(BLOCK_POINTS).fill(7);
    slab.scoreBlock(1, query, scores);
    const expected = vectors.slice(BLOCK_POINTS).map((vector) => dot(query, vector));
    expect(Array.from(scores)).toEqual([...expected, ...Array.from({ length: BLOCK_POINTS - 3 }, () => 0)]);
    expect(expected.map((_, slot) => slab.score(BLOCK_POINTS + slot, query))).toEqual(expected);
  });

  it('leaves only zeros of an erased vector, and its neighbours as they were', () => {
    const { slab, vectors } = filledSlab(3);
    slab.erase(1);
    expect(slab.read(1)).toEqual(new Float32Array(DIMENSION));
    expect([slab.read(0), slab.read(2)]).toEqual([vectors[0], vectors[2]]);
  });
});
