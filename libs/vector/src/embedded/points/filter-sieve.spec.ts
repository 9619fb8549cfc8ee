import { describe, expect, it } from '@jest/globals';
import {
  JsonNumber,
  matchesFilter,
  type JsonObject,
  type JsonValue,
  type MemoryFilter,
  type PayloadCondition,
} from '@sfm/memory';
import { filteredPayloads, payloadFilters, satisfies } from '@sfm/memory/testing';
import fc from 'fast-check';
import { FilterSieve } from './filter-sieve.js';
import type { HeldPoint } from './held-point.js';
import { PointTable } from './point-table.js';

const LONG = 'x'.repeat(100);
const VALUES: readonly (JsonValue | undefined)[] = [
  undefined,
  null,
  true,
  0,
  -0,
  1,
  1.5,
  new JsonNumber('1.0'),
  new JsonNumber('15e-1'),
  new JsonNumber('9007199254740993'),
  '',
  '1',
  'null',
  'a',
  `${LONG}a`,
  `${LONG}b`,
  [],
  ['a', 1],
  {},
  { b: 'a' },
];
const CONDITIONS: readonly PayloadCondition[] = [
  ...VALUES.filter((value) => value !== undefined).map((equals) => ({ path: ['a'], equals })),
  { path: ['a'], anyOf: [] },
  { path: ['a'], anyOf: ['a', 1, { b: 'a' }] },
  { path: ['a'], contains: 1 },
  { path: ['a'], range: { gt: 0 } },
  { path: ['a'], range: { gt: new JsonNumber('1.0') } },
  { path: ['a'], range: { lte: 'a' } },
  { path: ['a'], exists: true },
  { path: ['a'], exists: false },
  { path: ['a', 'b'], equals: 'a' },
  { path: [], equals: { a: null } },
];

class World {
  readonly table = new PointTable<HeldPoint>();
  readonly sieve = new FilterSieve(this.table);
  private version = 0;

  put(key: string, value: JsonValue | undefined, type: 'episodic' | 'semantic' = 'episodic', createdAtMs = 0): void {
    this.hold(key, value === undefined ? {} : { a: value }, type, createdAtMs);
  }

  hold(key: string, payload: JsonObject, type: 'episodic' | 'semantic' = 'episodic', createdAtMs = 0): void {
    const point = { key, id: 1, type, createdAtMs, payload, expiresAtMs: null };
    this.sieve.put(this.table.put(key, ++this.version, point), point);
  }

  remove(key: string): void {
    const freed = this.table.remove(key, ++this.version);
    if (freed !== undefined) this.sieve.remove(freed);
  }

  /** Keys of the points that match, and of those that the sieve lets through. */
  ask(filter: MemoryFilter): { readonly matching: string[]; readonly passed: string[]; readonly listed?: string[] } {
    const passes = this.sieve.passes(filter);
    const slots = this.sieve.slots(filter);
    const points = Array.from({ length: this.table.capacity }, (_, slot) => ({ slot, point: this.table.at(slot) }));
    const held = points.flatMap(({ slot, point }) => (point ? [{ slot, point }] : []));
    return {
      matching: held.filter(({ point }) => matchesFilter(filter, point)).map(({ point }) => point.key),
      passed: held.filter(({ slot }) => passes?.(slot) !== false).map(({ point }) => point.key),
      listed: slots?.flatMap((slot) => this.table.at(slot)?.key ?? []),
    };
  }
}

describe('FilterSieve', () => {
  it.each(CONDITIONS.map((condition) => [JSON.stringify(condition), condition] as const))(
    'refuses nothing that matches %s, whenever points came',
    (_, condition) => {
      const world = new World();
      const filter = { payload: [condition] };
      VALUES.forEach((value, index) => world.put(`before ${index}`, value));
      const check = () => {
        const { matching, passed, listed = passed } = world.ask(filter);
        expect(passed).toEqual(expect.arrayContaining(matching));
        expect(passed).toEqual(expect.arrayContaining(listed));
        expect(listed).toEqual(expect.arrayContaining(matching));
      };
      check();
      VALUES.forEach((value, index) => world.put(`after ${index}`, value));
      // Into the slots of others, and beyond the room there was.
      VALUES.forEach((_value, index) => world.put(`before ${index}`, VALUES.at(-index - 1)));
      VALUES.forEach((_value, index) => world.remove(`after ${index}`));
      for (let index = 0; index < 200; index++) world.put(`many ${index}`, VALUES[index % VALUES.length]);
      check();
    },
  );

  it('refuses nothing that matches, whatever is asked of whatever payloads', () => {
    const payloads = fc.array(filteredPayloads(), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(payloads, fc.array(payloadFilters(), { minLength: 5, maxLength: 5 }), (many, filters) => {
        const world = new World();
        const half = Math.floor(many.length / 2);
        many.slice(half).forEach((payload, index) => world.hold(`${index}`, payload));
        filters.forEach((filter) => world.ask(filter));
        many.slice(0, half).forEach((payload, index) => world.hold(`${index}`, payload));
        for (const filter of filters) {
          const { matching, passed, listed = passed } = world.ask(filter);
          const meant = many
            .slice(0, half)
            .flatMap((payload, index) => (satisfies(payload, filter) ? [`${index}`] : []));
          expect(matching.filter((key) => Number(key) < half)).toEqual(meant);
          expect(passed).toEqual(expect.arrayContaining(matching));
          expect(listed).toEqual(expect.arrayContaining(matching));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets through what matches alone, where the values are plain', () => {
    const world = new World();
    for (let index = 0; index < 1000; index++) world.put(`${index}`, `topic-${index % 50}`);
    const { matching, passed } = world.ask({ payload: [{ path: ['a'], equals: 'topic-7' }] });
    expect(passed).toEqual(matching);
    expect(matching).toHaveLength(20);
  });

  it.each<[string, (index: number) => JsonValue | undefined, PayloadCondition]>([
    ['a long text', (index) => `${LONG}${index} ${LONG}`, { path: ['a'], equals: `${LONG}500 ${LONG}` }],
    ['an object', (index) => ({ b: index, c: [] }), { path: ['a'], equals: { c: [], b: 500 } }],
    ['a list', (index) => ['x', index], { path: ['a'], anyOf: [['x', 500], []] }],
    ['an element', (index) => ['x', index], { path: ['a'], contains: 500 }],
    ['an object in a list', (index) => ['x', { b: index }], { path: ['a'], contains: { b: 500 } }],
    ['a number in a range', (index) => index, { path: ['a'], range: { gt: 499, lt: 501 } }],
    [
      'a text in a range',
      (index) => `day ${index + 1000}`,
      { path: ['a'], range: { gte: 'day 1500', lt: 'day 1501' } },
    ],
    ['a rare field', (index) => (index === 500 ? 0 : undefined), { path: ['a'], exists: true }],
    ['a field that rarely lacks', (index) => (index === 500 ? undefined : 0), { path: ['a'], exists: false }],
  ])('lists the one point that matches %s, without a look at the others', (_name, valueOf, condition) => {
    const world = new World();
    const filter = { payload: [condition] };
    for (let index = 0; index < 500; index++) world.put(`${index}`, valueOf(index));
    expect(world.ask(filter).listed?.length).toBeLessThanOrEqual(1);
    for (let index = 500; index < 2000; index++) world.put(`${index}`, valueOf(index));
    expect(world.ask(filter)).toMatchObject({ matching: ['500'], listed: expect.arrayContaining(['500']) });
    // Bounds are included in a range, whether asked for or not.
    expect(world.ask(filter).listed?.length).toBeLessThanOrEqual(3);
    world.remove('500');
    expect(world.ask(filter).matching).toEqual([]);
    expect(world.ask(filter).listed?.length).toBeLessThanOrEqual(2);
  });

  it('lists what was created at a time, and starts from the rarest condition', () => {
    const world = new World();
    for (let index = 0; index < 3000; index++) world.put(`${index}`, { b: index % 2, c: index % 3 }, 'episodic', index);
    expect(world.ask({ createdFrom: 17, createdBefore: 18 }).listed).toEqual(['17', '18']);
    const both = { type: 'episodic', createdBefore: 9, payload: [{ path: ['a', 'b'], equals: 1 }] } as const;
    expect(world.ask(both).listed).toEqual(['1', '3', '5', '7', '9']);
    expect(world.ask({ createdFrom: 0 }).listed).toBeUndefined();
  });

  it('looks at all points for a few new fields at a time', () => {
    const world = new World();
    for (let index = 0; index < 2000; index++) world.put(`${index}`, { b: index });
    const others = Array.from({ length: 7 }, (_, index) => ({ path: [`none ${index}`], exists: false }));
    const filter = { payload: [...others, { path: ['a', 'b'], equals: 7 }] };
    const listed = Array.from({ length: 3 }, () => world.ask(filter).listed?.length ?? Infinity);
    expect([listed[0], listed.at(-1)]).toEqual([Infinity, 1]);
    expect(world.ask(filter).matching).toEqual(['7']);
  });

  it('tells types apart, and lets everything through without a filter', () => {
    const world = new World();
    world.put('1', 'a', 'semantic');
    world.put('2', 'a', 'episodic');
    world.put('3', 'b', 'semantic');
    const both = world.ask({ type: 'semantic', payload: [{ path: ['a'], equals: 'a' }] });
    expect([both.passed, both.listed]).toEqual([['1'], ['1']]);
    expect(world.ask({ type: 'semantic' }).passed).toEqual(['1', '3']);
    expect(world.ask({}).passed).toEqual(['1', '2', '3']);
  });

  it('follows points from one value to another', () => {
    const world = new World();
    const listed = (equals: string) => world.ask({ payload: [{ path: ['a'], equals }] }).listed;
    world.put('1', 'a');
    world.put('2', 'b');
    world.put('3', 'a');
    expect([listed('a'), listed('b')]).toEqual([['1', '3'], ['2']]);
    world.put('3', 'b');
    expect([listed('a'), listed('b')]).toEqual([['1'], ['2', '3']]);
    world.put('1', 'b');
    world.put('4', 'a');
    expect([listed('a'), listed('b')]).toEqual([['4'], ['1', '2', '3']]);
  });

  it('judges by more fields than it remembers', () => {
    const world = new World();
    world.put('1', { b: 1 });
    world.put('2', { b: 2 });
    const others = Array.from({ length: 20 }, (_, index) => ({ path: [`none ${index}`], exists: false }));
    for (let round = 0; round < 3; round++) {
      expect(world.ask({ payload: [{ path: ['a', 'b'], equals: 1 }, ...others] }).passed).toEqual(['1']);
      for (const other of others) expect(world.ask({ type: 'episodic', payload: [other] }).passed).toEqual(['1', '2']);
    }
  });
});
