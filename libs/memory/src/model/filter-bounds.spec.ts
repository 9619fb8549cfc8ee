import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from './errors.js';
import type { PayloadCondition } from './filter.js';
import { checkFilter, FILTER_BOUNDS } from './filter-bounds.js';
import type { JsonValue } from './json.js';

const { maxConditions, maxChoices, maxDepth, maxSteps, maxBytes } = FILTER_BOUNDS;
const path = ['a'];
const keys = (count: number) => Array.from({ length: count }, () => 'k');
const times = <T>(count: number, of: T) => Array.from({ length: count }, () => of);
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)]);

function refusal(payload: readonly PayloadCondition[]): InvalidRequestError | undefined {
  try {
    checkFilter({ payload }, 'filters');
    return undefined;
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
}

describe('a filter', () => {
  it.each<[string, readonly PayloadCondition[]]>([
    ['conditions', times(maxConditions, { path, equals: 1 })],
    ['depth of a path', [{ path: keys(maxDepth), exists: true }]],
    ['keys of all paths', times(2, { path: keys(maxSteps / 2), exists: true })],
    ['values of "in"', [{ path, anyOf: times(maxChoices, 'x') }]],
    ['size', [{ path, equals: 'x'.repeat(maxBytes - 10) }]],
    ['nesting of a value', [{ path, contains: nested(maxDepth) }]],
  ])('may use up the bound on its %s', (_, payload) => {
    expect(refusal(payload)).toBeUndefined();
  });

  it.each<[string, readonly PayloadCondition[], string, RegExp]>([
    ['conditions', times(maxConditions + 1, { path, equals: 1 }), 'filters', /at most 64 keys, got 65/],
    ['keys in a path', [{ path: keys(maxDepth + 1), equals: 1 }], 'filters.k.k', /at most 500 keys/],
    ['keys in all paths', times(3, { path: keys(400), equals: 1 }), 'filters', /at most 1000 keys in all/],
    ['values in "in"', [{ path, anyOf: times(maxChoices + 1, 1) }], 'filters.a.in', /at most 1000 values/],
    ['values in lists together', times(2, { path, anyOf: times(600, 1) }), 'filters.a.in', /at most 1000 values/],
    ['text', [{ path, equals: 'x'.repeat(maxBytes) }], 'filters.a', /at most 262144 bytes/],
    ['text in a range', [{ path, range: { gt: 'x'.repeat(maxBytes) } }], 'filters.a', /at most 262144 bytes/],
    ['text in all values', times(3, { path, equals: 'x'.repeat(100_000) }), 'filters', /at most 262144 bytes/],
    ['text in a path', [{ path: ['x'.repeat(maxBytes)], exists: true }], 'filters.x', /at most 262144 bytes/],
    ['nesting of a value', [{ path, contains: nested(maxDepth + 1) }], 'filters.a', /nested too deeply/],
  ])('is refused by name for more %s', (_, payload, field, allowed) => {
    const error = refusal(payload);
    expect(error?.field.startsWith(field)).toBe(true);
    expect(error?.allowed).toMatch(allowed);
    expect(error?.field.length).toBeLessThan(300);
    expect(error?.code).toBe('invalid_request');
  });

  it('is not looked at beyond what is too much', () => {
    let looked = 0;
    const choices = new Proxy(times(1_000_000, 'value'), {
      get: (list, name, receiver) => {
        looked += 1;
        return Reflect.get(list, name, receiver) as unknown;
      },
    });
    expect(refusal([{ path, equals: choices }])?.allowed).toMatch(/bytes/);
    expect(looked).toBeLessThan(200_000);
    looked = 0;
    expect(refusal([{ path, anyOf: choices }])?.allowed).toMatch(/values/);
    expect(looked).toBeLessThan(10);
  });
});
