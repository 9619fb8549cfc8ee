import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameDigest, vectorDigest } from './vector-digest.js';

const DIMENSION = 384;

const unitVectors = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSION, maxLength: DIMENSION })
  .filter((components) => Math.hypot(...components) > 0.1)
  .map((components) => Float32Array.from(components, (component) => component / Math.hypot(...components)));

describe('the digest of a vector', () => {
  it('survives rounding to eight decimals and normalising again', () => {
    fc.assert(
      fc.property(unitVectors, fc.double({ min: -2e-6, max: 2e-6, noNaN: true }), (vector, scale) => {
        const stored = Float32Array.from(vector, (component) => (Math.round(component * 1e8) / 1e8) * (1 + scale));
        expect(isSameDigest(vectorDigest(vector), vectorDigest(stored))).toBe(true);
      }),
    );
  });

  it('tells a vector of which one component was changed, or two changed places', () => {
    fc.assert(
      fc.property(unitVectors, fc.nat(DIMENSION - 1), fc.constantFrom(-1, 1), (vector, dimension, sign) => {
        const changed = Float32Array.from(vector);
        changed[dimension] = vector[dimension]! + sign * 0.0005;
        expect(isSameDigest(vectorDigest(vector), vectorDigest(changed))).toBe(false);
      }),
    );
    const ascending = Float32Array.from({ length: DIMENSION }, (_, dimension) => dimension / DIMENSION / 8);
    const swapped = Float32Array.from(ascending);
    [swapped[3], swapped[200]] = [ascending[200]!, ascending[3]!];
    expect(isSameDigest(vectorDigest(ascending), vectorDigest(swapped))).toBe(false);
  });

  it('tells no vector from one', () => {
    expect(isSameDigest(null, null)).toBe(true);
    expect(isSameDigest(null, vectorDigest([0.1, 0.2]))).toBe(false);
  });
});
