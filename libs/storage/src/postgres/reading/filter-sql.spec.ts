import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  comparableJson,
  InvalidRequestError,
  JsonNumber,
  matchesFilter,
  type JsonObject,
  type JsonValue,
  type MemoryFilter,
} from '@sfm/memory';
import { filteredPayloads, payloadFilters, satisfies, WRITTEN_NUMBERS, writtenNumbers } from '@sfm/memory/testing';
import fc from 'fast-check';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';
import { filterSql } from './filter-sql.js';
import { SqlParameters } from './sql-parameters.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase({ migrate: false });
});
afterAll(async () => {
  await truth.close();
});

interface Subject {
  readonly type: 'episodic' | 'semantic';
  readonly createdAtMs: number;
  readonly payload: JsonObject;
}

/** What PostgreSQL says about each subject. */
async function matchesInSql(filter: MemoryFilter, subjects: readonly Subject[]): Promise<boolean[]> {
  const parameters = new SqlParameters();
  const condition = filterSql(filter, parameters);
  const rows = await truth.database.query<{ matches: boolean }>({
    text: `SELECT coalesce(${condition}, false) AS matches FROM (
        SELECT n, type, to_timestamp(ms / 1000)::timestamptz(3) AS created_at, payload
        FROM unnest(${parameters.add(subjects.map(({ type }) => type))}::text[],
          ${parameters.add(subjects.map(({ createdAtMs }) => createdAtMs))}::float8[],
          ${parameters.add(subjects.map(({ payload }) => comparableJson(payload)))}::jsonb[])
          WITH ORDINALITY AS s (type, ms, payload, n)) AS m ORDER BY n`,
    values: parameters.values,
  });
  return rows.map(({ matches }) => matches);
}

async function expectAgreement(filter: MemoryFilter, subjects: readonly Subject[]): Promise<void> {
  expect(await matchesInSql(filter, subjects)).toEqual(subjects.map((subject) => matchesFilter(filter, subject)));
}

/** Few keys and values, so that paths lead somewhere and values meet; strings around what collations order oddly. */
const key = fc.constantFrom('a', 'b', '0', '', 'ä', "'");
const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'A',
    'b',
    'Z',
    'ä',
    '\uffff',
    '\u{10000}',
    '\u{1F600}',
    '10',
    '9',
    "x'y",
    '$1',
    'a b',
    'true',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }).map((value) => value.replaceAll('\u0000', '')),
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, 0.1, 0.30000000000000004, 0.3, 1e-7, 1e300, 5e-324, -1e300, 9007199254740991),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .oneof(
      fc.constantFrom(
        ...WRITTEN_NUMBERS,
        '9007199254740992.0',
        '9007199254740993',
        '3e-1',
        '1e401',
        '-1e999',
        '1e-401',
      ),
      writtenNumbers(),
    )
    .map((written) => new JsonNumber(written)),
);
const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const payload: fc.Arbitrary<JsonObject> = fc.dictionary(key, json, { maxKeys: 4, noNullPrototype: true });
const path = fc.array(key, { minLength: 1, maxLength: 3 });
const bound = fc.option(fc.oneof(number, text), { nil: undefined });
const condition = fc.oneof(
  fc.record({ path, equals: json }),
  fc.record({ path, anyOf: fc.array(json, { maxLength: 3 }) }),
  fc.record({ path, contains: json }),
  fc.record({ path, range: fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }) }),
  fc.record({ path, exists: fc.boolean() }),
);
const YEAR_2024 = Date.UTC(2024, 0, 1);
const subject: fc.Arbitrary<Subject> = fc.record({
  type: fc.constantFrom('episodic', 'semantic'),
  createdAtMs: fc.integer({ min: YEAR_2024, max: YEAR_2024 + 10 }),
  payload,
});
const time = fc.option(
  fc.oneof(
    fc.double({ min: YEAR_2024 - 1, max: YEAR_2024 + 11, noNaN: true }),
    fc.constantFrom(NaN, -1, 0, 1e18, Infinity),
  ),
  {
    nil: undefined,
  },
);

describe('filterSql', () => {
  it('agrees with matchesFilter on any condition and payload', async () => {
    await fc.assert(
      fc.asyncProperty(condition, fc.array(subject, { minLength: 20, maxLength: 40 }), (one, subjects) =>
        expectAgreement({ payload: [one] }, subjects),
      ),
      { numRuns: 400 },
    );
  });

  it('agrees with what every filter means, groups within groups included', async () => {
    const payloads = fc.array(filteredPayloads(), { minLength: 20, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(payloadFilters(), payloads, async (filter, many) => {
        const subjects = many.map((each): Subject => ({ type: 'episodic', createdAtMs: YEAR_2024, payload: each }));
        expect(await matchesInSql(filter, subjects)).toEqual(many.map((each) => satisfies(each, filter)));
      }),
      { numRuns: 200 },
    );
  });

  it('agrees where the condition is made from a value of the payload', async () => {
    const withOwnValue = fc
      .tuple(
        fc.array(subject, { minLength: 5, maxLength: 15 }),
        fc.nat(),
        fc.constantFrom('equals', 'anyOf', 'contains', 'range'),
      )
      .map(([subjects, pick, kind]) => {
        const chosen = subjects[pick % subjects.length]?.payload ?? {};
        const [step = 'a'] = Object.keys(chosen);
        const value = chosen[step] ?? null;
        return { subjects, condition: conditionOf(kind, step, value) };
      });
    await fc.assert(
      fc.asyncProperty(withOwnValue, ({ subjects, condition: own }) => expectAgreement({ payload: [own] }, subjects)),
      { numRuns: 300 },
    );
  });

  it('agrees on type and times, alone and together with conditions', async () => {
    const filter: fc.Arbitrary<MemoryFilter> = fc.record({
      type: fc.option(fc.constantFrom('episodic', 'semantic'), { nil: undefined }),
      createdFrom: time,
      createdBefore: time,
      payload: fc.option(fc.array(condition, { maxLength: 2 }), { nil: undefined }),
    });
    await fc.assert(fc.asyncProperty(filter, fc.array(subject, { minLength: 20, maxLength: 40 }), expectAgreement), {
      numRuns: 200,
    });
  });

  it('puts every value into a parameter', () => {
    const evil = `'); DROP TABLE memories; --`;
    const parameters = new SqlParameters();
    const sql = filterSql(
      {
        payload: [
          { path: [evil], equals: evil },
          { path: [evil], anyOf: [evil] },
          { path: [evil], contains: evil },
          { path: [evil], range: { gt: evil } },
        ],
      },
      parameters,
    );
    expect(sql).not.toContain('DROP');
    expect(parameters.values).toHaveLength(8);
  });

  it('refuses text that PostgreSQL can not hold', () => {
    for (const bad of ['\u0000', '\ud800']) {
      for (const one of [
        { path: [bad], exists: true },
        { path: ['a'], equals: { x: [bad] } },
        { path: ['a'], equals: { [bad]: 1 } },
        { path: ['a'], anyOf: [bad] },
        { path: ['a'], contains: bad },
        { path: ['a'], range: { lt: bad } },
      ]) {
        expect(() => filterSql({ payload: [one] }, new SqlParameters())).toThrow(InvalidRequestError);
      }
    }
  });

  it('is always true without a filter', () => {
    expect(filterSql(undefined, new SqlParameters())).toBe('true');
    expect(filterSql({}, new SqlParameters())).toBe('true');
  });
});

function conditionOf(kind: string, step: string, value: JsonValue) {
  if (kind === 'equals') return { path: [step], equals: value };
  if (kind === 'anyOf') return { path: [step], anyOf: [value] };
  if (kind === 'contains') return { path: [step], contains: Array.isArray(value) ? (value[0] ?? null) : value };
  const edge = typeof value === 'number' || typeof value === 'string' ? value : 0;
  return { path: [step], range: { gte: edge, lte: edge } };
}
