import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameVector } from './same-vector.js';

const DIMENSION = 384;

const unitVectors = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSION, maxLength: DIMENSION })
  .filter((components) => Math.hypot(...components) > 0.1)
  .map((components) => Float32Array.from(components, (component) => component / Math.hypot(...components)));

describe('the comparison of vectors', () => {
  it('passes over rounding to eight decimals and normalising again', () => {
    fc.assert(
      fc.property(unitVectors, fc.double({ min: -2e-6, max: 2e-6, noNaN: true }), (vector, scale) => {
        const stored = Float32Array.from(vector, (component) => (Math.round(component * 1e8) / 1e8) * (1 + scale));
        expect(isSameVector(vector, stored)).toBe(true);
      }),
    );
  });

  it('sees any one component that was changed, and any two that changed places', () => {
    fc.assert(
      fc.property(
        unitVectors,
        fc.nat(DIMENSION - 1),
        fc.nat(DIMENSION - 1),
        fc.constantFrom(-1, 1),
        (vector, at, other, sign) => {
          const changed = Float32Array.from(vector);
          changed[at] = vector[at]! + sign * 0.00002;
          expect(isSameVector(vector, changed)).toBe(false);
          const swapped = Float32Array.from(vector);
          [swapped[at], swapped[other]] = [vector[other]!, vector[at]!];
          expect(isSameVector(vector, swapped)).toBe(Math.abs(vector[at]! - vector[other]!) <= 1e-5);
        },
      ),
    );
  });

  it('sees a vector that is missing, longer, or not made of numbers', () => {
    expect(isSameVector(null, null)).toBe(true);
    expect(isSameVector(null, [0.1, 0.2])).toBe(false);
    expect(isSameVector([0.1], [0.1, 0])).toBe(false);
    expect(isSameVector([0.1], [Number.NaN])).toBe(false);
  });
});
