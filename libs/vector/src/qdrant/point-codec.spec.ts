import { describe, expect, it } from '@jest/globals';
import { aPoint } from '@sfm/memory/testing';
import fc from 'fast-check';
import { storedPoint, toDecimals } from './point-codec.js';

const vectorOf = (stored: string) => (JSON.parse(stored) as { vector: unknown }).vector;

describe('a point as Qdrant is sent it', () => {
  it('has the decimals of its vector, to the last bit', () => {
    const component = fc.oneof(
      fc.constantFrom(0, -0, 1, -1, 1 / 512, -1 / 512, 1e-9, -4e-9, 5e-9, 1e-8, 0.1, 0.99999999, -0.999999999),
      fc.float({ min: -1, max: 1, noNaN: true }),
    );
    const run = fc.tuple(fc.integer({ min: 0, max: 600 }), component);
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 300 }), (runs, tail) => {
        const components = runs.flatMap(([zeros, value]) => [...new Array<number>(zeros).fill(0), value]);
        const vector = Float32Array.from([0.5, ...components, ...new Array<number>(tail).fill(0)]);
        // A zero has no sign in JSON.
        const expected = toDecimals(vector).map((decimal) => decimal + 0);
        expect((vectorOf(storedPoint('test', aPoint({ vector }))) as number[]).map((decimal) => decimal + 0)).toEqual(
          expected,
        );
      }),
    );
  });

  it('has no vector when there is nothing in it', () => {
    expect(vectorOf(storedPoint('test', aPoint({ vector: new Float32Array(4) })))).toEqual({});
    expect(vectorOf(storedPoint('test', aPoint()))).toEqual({});
  });
});
