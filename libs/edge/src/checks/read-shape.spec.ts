import { describe, expect, it } from '@jest/globals';
import { parseJson } from '@sfm/memory';
import { z } from 'zod';
import { InvalidShapeError } from './field-problem.js';
import { readShape } from './read-shape.js';

const MANY = 100_000;

let looked: number;
/** A schema of elements that counts how often it is asked. */
const counted = (isRight: (value: unknown) => boolean) =>
  z.custom<unknown>((value) => {
    looked += 1;
    return isRight(value);
  }, 'must be right');

function refused(schema: z.ZodType, value: unknown): InvalidShapeError {
  looked = 0;
  try {
    readShape(schema, value);
  } catch (error) {
    if (error instanceof InvalidShapeError) return error;
    throw error;
  }
  throw new Error('was taken');
}

const manyFields = () => Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`k${index}`, index]));

describe('a list with many wrong elements', () => {
  const schema = z.object({ items: z.array(counted(() => false)) });

  it('is looked at until ten are found, and the others are counted', () => {
    const { problems, message } = refused(schema, { items: Array(MANY).fill(1) });
    expect(looked).toBeLessThan(100);
    expect(problems).toHaveLength(11);
    expect(problems[0]).toMatchObject({ path: ['items', 0], allowed: 'must be right' });
    expect(problems.at(-1)).toMatchObject({ path: ['items'], allowed: expect.stringContaining(`${MANY - 10} other`) });
    expect(message.length).toBeLessThan(1000);
  });

  it('is not looked at beyond the first ten in lists of lists and of objects either', () => {
    const nested = z.object({ rows: z.array(z.object({ cells: z.array(counted(() => false)) })) });
    const rows = Array.from({ length: 10 }, () => ({ cells: Array(MANY).fill(1) }));
    expect(refused(nested, { rows }).problems.length).toBeLessThan(15);
    expect(looked).toBeLessThan(200);
  });

  it('tells of the wrong ones wherever they stand', () => {
    const numbers = z.object({ items: z.array(counted((value) => value !== -7)).nullish() });
    const items = Array.from({ length: 1000 }, (_, index) => (index === 400 || index === 800 ? -7 : index));
    expect(refused(numbers, { items }).problems.map(({ path }) => path)).toEqual([
      ['items', 400],
      ['items', 800],
    ]);
  });
});

it('a list that is too long is refused without a look at its elements', () => {
  const schema = z.object({ items: z.array(counted(() => false)).max(100) });
  expect(refused(schema, { items: Array(MANY).fill(1) }).problems).toMatchObject([
    { path: ['items'], allowed: 'must have at most 100 items' },
  ]);
  expect(looked).toBe(0);
});

describe('an object with many unknown fields', () => {
  it('is told ten of them, and how many others there are', () => {
    const { problems } = refused(z.strictObject({ a: z.string() }), { ...manyFields(), a: 1 });
    expect(problems.length).toBeLessThan(13);
    expect(problems[0]).toMatchObject({ path: ['a'], allowed: 'must be a string' });
    expect(problems[1]).toMatchObject({ path: ['k0'], allowed: 'is not a field of this request' });
    expect(problems.at(-1)).toMatchObject({ allowed: expect.stringMatching(/^has \d+ other/) });
  });

  it('is told so inside of another', () => {
    const schema = z.strictObject({ inner: z.strictObject({ a: z.string() }).optional() });
    const { problems } = refused(schema, { inner: { ...manyFields(), a: 'x' } });
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toMatchObject({ path: ['inner'], allowed: expect.stringContaining(`${MANY - 10} other`) });
  });

  it('is shown a few of them where something else was wanted', () => {
    const { problems } = refused(z.object({ a: z.string() }), { a: manyFields() });
    expect(Object.keys(problems[0]?.input as object)).toHaveLength(10);
  });
});

it('numbers become doubles however many fields want one, also beside unknown fields', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const schema = z.strictObject(Object.fromEntries(names.map((name) => [name, z.int()])));
  const json = `{${names.map((name) => `"${name}":1.0`).join(',')}}`;
  expect(readShape(schema, parseJson(json))).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
  const { problems } = refused(schema, parseJson(json.replace('{', '{"z":1.0,')));
  expect(problems.map(({ path }) => path)).toEqual([['z']]);
});

describe('a field of several kinds', () => {
  const schema = z.object({
    kind: z.union(
      [z.boolean(), z.strictObject({ share: z.number().max(1).optional() })],
      'must be a boolean or an object',
    ),
  });

  it('takes numbers however they are written', () => {
    expect(readShape(schema, parseJson('{"kind":{"share":1.0}}'))).toEqual({ kind: { share: 1 } });
  });

  it.each([
    ['{"kind":{"share":1.50}}', ['kind', 'share'], 'must be at most 1'],
    ['{"kind":{"other":1}}', ['kind', 'other'], 'is not a field of this request'],
    ['{"kind":1.0}', ['kind'], 'must be a boolean or an object'],
    ['{"kind":[]}', ['kind'], 'must be a boolean or an object'],
  ])('says of %s what is wrong within', (json, path, allowed) => {
    expect(refused(schema, parseJson(json)).problems).toMatchObject([{ path, allowed }]);
  });
});
