import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ImportanceNormalizer } from './importance-normalizer.js';

const after = (values: readonly number[]) => {
  const normalizer = new ImportanceNormalizer();
  for (const value of values) normalizer.normalize(value);
  return normalizer;
};

describe('ImportanceNormalizer', () => {
  it('gives the first value 0', () => {
    expect(new ImportanceNormalizer().normalize(7)).toBe(0);
  });

  it('scales well-behaved values between the smallest and the largest', () => {
    const normalizer = after([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(normalizer.normalize(5)).toBeCloseTo(0.5);
    expect(normalizer.normalize(10)).toBe(1);
    expect(normalizer.normalize(0)).toBe(0);
  });

  it('does not let one outlier flatten the rest', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    const clipped = after([...values, 350]);
    expect(clipped.normalize(75)).toBeGreaterThan(0.7);
    const squashed = after([...values, 1e9]);
    expect(squashed.normalize(90) - squashed.normalize(10)).toBeGreaterThan(0.4);
  });

  it('stays within 0..1 whatever it has seen', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), finite, (seen, value) => {
        const norm = after(seen).normalize(value);
        expect(norm).toBeGreaterThanOrEqual(0);
        expect(norm).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('forgets values beyond its window', () => {
    const normalizer = after([1000, ...Array.from({ length: 600 }, (_, index) => index % 11)]);
    expect(normalizer.normalize(10)).toBe(1);
  });
});
