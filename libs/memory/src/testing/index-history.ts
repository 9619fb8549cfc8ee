import fc from 'fast-check';
import type { MemoryFilter, PayloadCondition, RangeBound } from '../model/filter.js';
import type { JsonValue } from '../model/json.js';
import { JsonNumber } from '../model/json-number.js';
import type { ValidityQuery, ValidityTimes } from '../model/validity.js';
import type { IndexChange, IndexPoint, LaneCandidate, Overlay } from '../index-model/index-point.js';
import { aPoint, anOverlay, TEST_NOW_MS } from './builders.js';
import { seededRandom, unitVector } from './seeded-random.js';

/** Dimension of all vectors in the index contracts. */
export const CONTRACT_DIMENSION = 16;
/** Analysed terms that generated points and queries are made of. */
export const CONTRACT_TERMS = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen'];

/**
 * A random life of a few memories: every change that ever happened, in the order (repeats included) in which an index
 * gets some of them, and what has not reached it.
 */
export interface IndexHistory {
  readonly applied: readonly IndexChange[];
  readonly overlay: Overlay;
  /** What is true in the end: the live points. */
  readonly live: readonly IndexPoint[];
  /** The same truth as plain changes, for an index that has everything. */
  readonly caughtUp: readonly IndexChange[];
}

/** Histories over a dozen keys with versions 1 to 5, a third of the changes removals. */
export function indexHistories(): fc.Arbitrary<IndexHistory> {
  const change = fc.record({ key: fc.nat(11), version: fc.integer({ min: 1, max: 5 }) });
  return fc
    .record({
      seed: fc.nat(),
      delivered: fc.array(change, { maxLength: 40 }),
      pending: fc.uniqueArray(fc.nat(11), { maxLength: 6 }),
    })
    .map(({ seed, delivered, pending }) => {
      const applied = delivered.map(({ key, version }) => changeOf(seed, key, version));
      const newest = new Map<string, IndexChange>();
      for (const next of applied) keepNewest(newest, next);
      const late = pending.map((key) => changeOf(seed, key, 6));
      for (const next of late) keepNewest(newest, next);
      const caughtUp = [...newest.values()];
      return { applied, overlay: overlayOf(late), live: caughtUp.flatMap(pointOf), caughtUp };
    });
}

const LONG = 'long '.repeat(60);

/** Numbers that differ in the last of more digits than a double has. */
function anId(digit: number): JsonNumber {
  return new JsonNumber(`9007199254740993${digit}`);
}

/** A value of every type and length, with some that are nearly another one. */
const CONTRACT_VALUES: readonly JsonValue[] = [
  0,
  1,
  1.5,
  -2.5,
  1e300,
  new JsonNumber('1.0'),
  new JsonNumber('15e-1'),
  anId(2),
  anId(3),
  [anId(2), { a: new JsonNumber('1e0') }],
  true,
  false,
  null,
  '',
  '1',
  'red',
  'Red',
  'é',
  '\u{1F600}',
  '\uFFFD',
  '2024-01-01T00:00:00Z',
  '2024-01-02T00:00:00Z',
  `${LONG}a`,
  `${LONG}b`,
  [],
  [1, 'red'],
  [[1], { a: 1 }],
  [`${LONG}a`, null],
  {},
  { a: 1, b: [2] },
  { b: [2], a: 1 },
  { a: { b: LONG } },
];

/** Filters over what generated points have: each operator and type of value now and then, alone and combined. */
export function memoryFilters(): fc.Arbitrary<MemoryFilter | undefined> {
  const colours = fc.constantFrom<JsonValue>('red', 'green', 'blue');
  const value = fc.constantFrom(...CONTRACT_VALUES);
  const element = fc.oneof(value, fc.constantFrom<JsonValue>([1], { a: 1 }));
  const bound = fc.constantFrom<RangeBound>(
    0,
    1,
    1.5,
    anId(2),
    new JsonNumber('1e400'),
    -3,
    '',
    'red',
    '\u{1F600}',
    '2024-01-02',
    `${LONG}b`,
  );
  const bounds = fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }, { requiredKeys: [] });
  const path = fc.constantFrom<string[][]>(['any'], ['nested', 'any'], ['nested', 'deep', 'any'], ['nested'], ['none']);
  const condition = fc.oneof<fc.Arbitrary<PayloadCondition>[]>(
    colours.map((equals) => ({ path: ['colour'], equals })),
    fc.array(colours, { maxLength: 2 }).map((anyOf) => ({ path: ['colour'], anyOf })),
    colours.map((contains) => ({ path: ['nested', 'tags'], contains })),
    fc.nat(9).map((gte) => ({ path: ['number'], range: { gte, lt: gte + 4 } })),
    fc.boolean().map((exists) => ({ path: ['number'], exists })),
    fc.record({ path, equals: value }),
    fc.record({ path, anyOf: fc.array(value, { maxLength: 8 }) }),
    fc.record({ path, contains: element }),
    fc.record({ path, range: bounds }),
    fc.record({ path, exists: fc.boolean() }),
  );
  const hour = fc.nat(10).map((hours) => TEST_NOW_MS - hours * 3_600_000);
  const filter = fc.record(
    {
      type: fc.constantFrom('episodic' as const, 'semantic' as const),
      createdFrom: hour,
      createdBefore: hour,
      payload: fc.array(condition, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  return fc.option(filter, { nil: undefined });
}

/** Vectors with few different components, so that equal scores happen. */
export function contractVector(random: () => number): Float32Array {
  return unitVector(Array.from({ length: CONTRACT_DIMENSION }, () => Math.floor(random() * 3) - 1));
}

/** The true score of an eligible point, to compare an answer with. */
export interface TrueScore {
  readonly key: string;
  readonly id: number;
  readonly score: number;
}

/** Says what is wrong with an answer as the top `limit` of the true scores, give or take `tolerance`; '' when nothing is. */
export function rankingFault(
  answer: readonly LaneCandidate[],
  truth: readonly TrueScore[],
  limit: number,
  tolerance: number,
): string {
  const byKey = new Map(truth.map((entry) => [entry.key, entry]));
  if (answer.length !== Math.min(limit, truth.length)) return `${answer.length} candidates of ${truth.length}`;
  if (new Set(answer.map(({ key }) => key)).size !== answer.length) return 'a key twice';
  for (const [rank, { key, score }] of answer.entries()) {
    const expected = byKey.get(key);
    if (!expected) return `${key} does not match`;
    if (Math.abs(expected.score - score) > tolerance) return `${key} scores ${score}, not ${expected.score}`;
    const previous = answer[rank - 1];
    if (previous && previous.score < score) return `${key} is after a worse one`;
    if (previous?.score === score && (byKey.get(previous.key)?.id ?? 0) > expected.id)
      return `${key} loses a tie by id`;
  }
  const returned = new Set(answer.map(({ key }) => key));
  const worst = answer.at(-1)?.score ?? Infinity;
  const missed = truth.find(({ key, score }) => !returned.has(key) && score > worst + tolerance);
  return missed && answer.length > 0 ? `${missed.key} is missing` : '';
}

/** Contents are a function of seed, key and version, so that repeats of a change are equal. */
function changeOf(seed: number, keyNumber: number, version: number): IndexChange {
  const random = seededRandom(seed + keyNumber * 7919 + version * 104_729);
  const key = `${keyNumber},0.5`;
  if (random() < 0.33) return { kind: 'remove', key, version };
  const pick: Pick = (...choices) => choices[Math.floor(random() * choices.length)] ?? choices[0];
  const words = Array.from({ length: Math.floor(random() * 12) }, () => pick('ant', ...CONTRACT_TERMS)).join(' ');
  const vector = pick<Float32Array | null>(contractVector(random), contractVector(random), null);
  return {
    kind: 'upsert',
    point: aPoint({
      key,
      id: 100 - keyNumber,
      version,
      words,
      vector,
      session: pick(null, 'one', 'one', 'two'),
      type: pick('episodic', 'semantic'),
      createdAtMs: TEST_NOW_MS - Math.floor(random() * 10) * 3_600_000,
      expiresAtMs: pick(null, null, TEST_NOW_MS - 1, TEST_NOW_MS + 1),
      ...validityIn(pick),
      payload: {
        colour: pick('red', 'green', 'blue'),
        nested: {
          tags: [pick('red', 'green'), pick('blue', 'green')],
          ...(random() < 0.5
            ? { any: pick('red', ...CONTRACT_VALUES) }
            : { deep: { any: pick(1, ...CONTRACT_VALUES) } }),
        },
        any: pick('red', ...CONTRACT_VALUES),
        ...(random() < 0.5 ? { number: Math.floor(random() * 10) } : {}),
      },
    }),
  };
}

type Pick = <T>(...choices: readonly [T, ...T[]]) => T;

/** Every second point holds for a time only; now and then it is over, or has just begun. */
function validityIn(pick: Pick): { readonly validity?: ValidityTimes } {
  if (pick(true, false)) return {};
  return {
    validity: {
      fromMs: pick(null, TEST_NOW_MS, TEST_NOW_MS + 1),
      toMs: pick(null, TEST_NOW_MS, TEST_NOW_MS + 1),
      supersededAtMs: pick(null, TEST_NOW_MS, TEST_NOW_MS + 1),
    },
  };
}

/** What is asked for: everything, or what holds now, or did just before. */
export function validityQueries(): fc.Arbitrary<ValidityQuery | undefined> {
  const query = fc.record({
    atMs: fc.constantFrom(TEST_NOW_MS - 1, TEST_NOW_MS),
    withSuperseded: fc.boolean(),
  });
  return fc.option(query, { nil: undefined });
}

function versionOf(change: IndexChange): number {
  return change.kind === 'upsert' ? change.point.version : change.version;
}

function keyOf(change: IndexChange): string {
  return change.kind === 'upsert' ? change.point.key : change.key;
}

function keepNewest(newest: Map<string, IndexChange>, next: IndexChange): void {
  const held = newest.get(keyOf(next));
  if (!held || versionOf(next) > versionOf(held)) newest.set(keyOf(next), next);
}

function pointOf(change: IndexChange): IndexPoint[] {
  return change.kind === 'upsert' ? [change.point] : [];
}

function overlayOf(late: readonly IndexChange[]): Overlay {
  return anOverlay(late.flatMap(pointOf), late.map(keyOf));
}
