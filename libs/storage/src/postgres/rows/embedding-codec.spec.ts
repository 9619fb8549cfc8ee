import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEmbedding, encodeEmbedding } from './embedding-codec.js';

const bitsOf = (vector: Float32Array) => [...new Uint32Array(vector.buffer, vector.byteOffset, vector.length)];

describe('the embedding codec', () => {
  it('gives back every bit of any vector', () => {
    const component = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.float() });
    fc.assert(
      fc.property(fc.array(component, { maxLength: 200 }), (components) => {
        const vector = Float32Array.from(components);
        expect(bitsOf(decodeEmbedding(encodeEmbedding(vector)))).toEqual(bitsOf(vector));
      }),
    );
  });

  it('reads vectors that are views into a larger buffer', () => {
    const view = new Float32Array([9, 1, 0, -0, 9].map(Number)).subarray(1, 4);
    expect(bitsOf(decodeEmbedding(encodeEmbedding(view)))).toEqual(bitsOf(Float32Array.of(1, 0, -0)));
  });

  it('takes the dense form for full vectors and the sparse one for mostly empty ones', () => {
    const full = new Float32Array(768).fill(0.5);
    expect(encodeEmbedding(full)).toHaveLength(1 + 768 * 4);
    expect(encodeEmbedding(full)[0]).toBe(0);
    const sparse = new Float32Array(768);
    sparse.set([1, 2, 3], 100);
    expect(encodeEmbedding(sparse)).toHaveLength(5 + 3 * 6);
    expect(encodeEmbedding(sparse)[0]).toBe(1);
  });

  it('uses wide positions for wide vectors', () => {
    const wide = new Float32Array(70_000);
    wide[69_999] = 1;
    const bytes = encodeEmbedding(wide);
    expect(bytes[0]).toBe(2);
    expect(bitsOf(decodeEmbedding(bytes))).toEqual(bitsOf(wide));
  });

  it('keeps an empty vector', () => {
    expect(decodeEmbedding(encodeEmbedding(new Float32Array()))).toHaveLength(0);
  });

  it('refuses bytes that are no embedding', () => {
    for (const bytes of [[], [9, 1, 2], [0, 1, 2], [1, 4, 0, 0, 0, 1]]) {
      expect(() => decodeEmbedding(Buffer.from(bytes))).toThrow(RangeError);
    }
  });
});
