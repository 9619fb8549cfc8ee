import fc from 'fast-check';
import type { FieldCondition, MemoryFilter, PayloadCondition, RangeBound } from '../model/filter.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { JsonNumber } from '../model/json-number.js';

const NAMES = ['a', 'b', 'c.d', 'ü"', 'lat', 'lon'];
const MOMENTS = [
  '2026-03-01',
  '2026-03-01T00:00:00Z',
  '2026-03-01T01:30:00+02:00',
  '2026-02-28T23:30:00.000Z',
  '2026-02-28 23:30',
  '2026-02-28T22:00:00-05:00',
  '2026-03-01T03:00:00Z',
  '2026-03-01T03:00:00.000000001Z',
  '2024-02-29T12:00:00,5+0530',
  '1969-12-31T23:59:59.25Z',
  '2026-02-29',
  '2026-03-01T24:00:00Z',
  '0000-01-01',
  '0001-01-01T00:00+23',
  '9999-12-31T23:59:59.999999999-23:59',
];
const TEXTS = [
  '',
  'a',
  'b',
  'Zürich',
  'Zu\u0308rich',
  'Zu',
  '\u0308',
  'n\u0303',
  '\n\u0303',
  '\\n\u0303',
  '\u000b\u0307',
  '\u212a',
  'K',
  '\u{1F600}',
  '\u{10ffff}',
  '\ud7ff',
  '2026',
  '5',
];
const NUMBERS: readonly (number | JsonNumber)[] = [
  0,
  5,
  -2.5,
  1e300,
  48.2,
  16.37,
  -170.5,
  new JsonNumber('5.0'),
  new JsonNumber('9007199254740993'),
  new JsonNumber('1e-330'),
];
const PLACES: readonly JsonValue[] = [
  { lat: 48.2, lon: 16.37 },
  { lat: 48.21, lon: 16.4 },
  { lat: -16.5, lon: 179.9 },
  { lat: -16.5, lon: -179.9 },
  { lat: 90, lon: 0 },
  { lat: 91, lon: 0 },
  { lat: '48.2', lon: 16.37 },
  { lat: new JsonNumber('48.20000000000000001'), lon: new JsonNumber('1e-330') },
];

const name = fc.constantFrom(...NAMES);
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false),
  fc.constantFrom(...MOMENTS),
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    scalar,
    fc.constantFrom(...PLACES),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** Payloads of few names and values, so that filters meet them: times in all spellings, texts in all forms, places, lists. */
export function filteredPayloads(): fc.Arbitrary<JsonObject> {
  return fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
}

const path = fc.array(name, { minLength: 1, maxLength: 3 });
const bound = fc.option(
  fc.oneof<fc.Arbitrary<RangeBound>[]>(
    fc.constantFrom(...MOMENTS),
    fc.constantFrom(...TEXTS),
    fc.constantFrom(...NUMBERS),
  ),
  { nil: undefined },
);
const circle = fc.record({
  lat: fc.constantFrom(48.2, -16.5, 90, 0),
  lon: fc.constantFrom(16.37, 179.95, -180, 0),
  // Not the distance of any two of the places, where rounding would decide.
  radius: fc.constantFrom(1, 3000, 15_000, 1e6, 3e7),
});

/** Conditions of every kind on one field. */
export function fieldConditions(): fc.Arbitrary<FieldCondition> {
  return fc.oneof<fc.Arbitrary<FieldCondition>[]>(
    fc.record({ path, equals: value }),
    fc.record({ path, anyOf: fc.array(value, { maxLength: 4 }) }),
    fc.record({ path, contains: value }),
    fc.record({ path, prefix: fc.constantFrom(...TEXTS, ...MOMENTS.slice(0, 3)) }),
    fc.record({ path, range: fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }) }),
    fc.record({ path, range: fc.record({ gte: bound }) }),
    fc.record({ path, within: circle }),
    fc.record({ path, exists: fc.boolean() }),
  );
}

/** Filters of every kind of condition, in groups within groups. */
export function payloadFilters(): fc.Arbitrary<MemoryFilter> {
  const { condition } = fc.letrec<{ condition: PayloadCondition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fieldConditions(),
      fc.array(tie('condition'), { maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('condition'), { maxLength: 3 }).map((or) => ({ or })),
      tie('condition').map((not) => ({ not })),
    ),
  }));
  return fc.array(condition, { minLength: 1, maxLength: 3 }).map((payload) => ({ payload }));
}
