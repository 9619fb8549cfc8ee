import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scaleOf, type ImportanceScale } from './importance-scale.js';

const times = (count: number, value: number) => Array.from({ length: count }, () => value);
/** One to ten, over and over. */
const even = (count: number) => Array.from({ length: count }, (_, index) => 1 + (index % 10));
/** Many small ones and a few enormous ones. */
const SKEWED = [...times(80, 1), ...times(15, 2), ...times(5, 3), 500, 1000, 2000];

/** The norms of further samples, each as it comes. */
function stored(scale: ImportanceScale, raws: readonly number[]) {
  return raws.map((raw) => {
    scale.sample(raw);
    return [Number(scale.norm(raw).toFixed(6)), scale.method];
  });
}

describe('the norms of the service before this one', () => {
  it('lie between the extremes while there are few samples', () => {
    const norms = stored(scaleOf([]), [3, 9, 5, 1, 7, 12]).map(([norm]) => norm);
    expect(norms).toEqual([0, 1, 0.333333, 0, 0.75, 1]);
  });

  it('follow an even distribution whose tail grows heavy', () => {
    const scale = scaleOf(even(64));
    const quantiles = scale.state.quantiles?.map((quantile) => Number(quantile.toFixed(9)));
    expect(quantiles).toEqual([1.3, 5, 9, 10]);
    expect(stored(scale, [7, 20, 60, 5])).toEqual([
      [0.666667, 'minmax'],
      [1, 'minmax'],
      [1, 'winsor'],
      [0.403023, 'winsor'],
    ]);
  });

  it('follow one whose tail is extreme', () => {
    const scale = scaleOf([...even(64), 7]);
    expect(stored(scale, [500, 5, 1, 10])).toEqual([
      [1, 'logistic'],
      [0.5, 'logistic'],
      [0.242061, 'logistic'],
      [0.806397, 'logistic'],
    ]);
  });

  it('follow one where nearly all are equal, and change at the next 64th sample, not before', () => {
    const scale = scaleOf([]);
    const norms = stored(scale, SKEWED);
    expect(norms.slice(0, 80)).toEqual(times(80, 0).map((norm) => [norm, 'minmax']));
    expect(new Set(norms.slice(80).map(([norm]) => norm))).toEqual(new Set([0.5]));
    const twos = stored(scale, times(25, 2));
    expect(scale.state.count).toBe(128);
    expect(twos.at(-2)).toEqual([0.5, 'logistic']);
    expect(twos.at(-1)).toEqual([0.9, 'logistic']);
  });
});

describe('what that service got wrong', () => {
  it('quantiles go on when the window is full', () => {
    const scale = scaleOf([...even(512), ...even(64).map((value) => 100 * value)]);
    expect(scale.state.quantiles?.[3]).toBeGreaterThan(100);
    const later = scaleOf(
      even(512).map((value) => 100 * value),
      scale.state,
    );
    expect(later.state.quantiles?.[1]).toBeGreaterThan(400);
    expect(later.state.recent).toHaveLength(512);
  });

  it('a quantile of 0 is one', () => {
    const scale = scaleOf(Array.from({ length: 64 }, (_, index) => index % 3));
    expect(stored(scale, [2, 1])).toEqual([
      [1, 'minmax'],
      [0.5, 'minmax'],
    ]);
  });
});

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -10, max: 10 }),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0, -0),
);
const samples = fc.oneof(
  fc.array(finite, { maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 600 }),
);

describe('any samples', () => {
  it('give norms from 0 to 1, the larger for the larger importance', () => {
    fc.assert(
      fc.property(samples, finite, finite, (seen, one, other) => {
        const scale = scaleOf(seen);
        const [low, high] = [scale.norm(Math.min(one, other)), scale.norm(Math.max(one, other))];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(low);
      }),
    );
  });

  it('go on from what was kept as if nothing had been in between', () => {
    fc.assert(
      fc.property(samples, samples, (before, after) => {
        expect(scaleOf(after, scaleOf(before).state).state).toEqual(scaleOf([...before, ...after]).state);
      }),
    );
  });
});
