import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coordinateKey, parseJson, toCoordinate, type JsonObject, type Namespace } from '@sfm/memory';
import { aDeletion, aLink, aWrite, freshNamespace } from '@sfm/memory/testing';
import fc from 'fast-check';
import { openTruthDatabase, type TruthDatabase } from '../../../test/truth-database.js';

let truth: TruthDatabase;

beforeAll(async () => {
  truth = await openTruthDatabase();
});
afterAll(async () => {
  await truth.close();
});

/** `repr` of a Python float: the same shortest digits that JavaScript prints, laid out by Python's rules. */
function pythonRepr(value: number): string {
  const [mantissa = '', exponentText = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  if (value !== 0 && (exponent >= 16 || exponent < -4)) {
    const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${sign}${mantissa}e${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

async function printed(values: readonly number[]): Promise<string[]> {
  const rows = await truth.database.query<{ text: string }>({
    text: 'SELECT soma_python_float(value) AS text FROM unnest($1::text[]) WITH ORDINALITY AS v (value, n) ORDER BY n',
    values: [values.map((value) => coordinateKey([value]))],
  });
  return rows.map(({ text }) => text);
}

describe('soma_python_float', () => {
  /** As CPython 3 prints them. */
  const GOLDEN: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [1, '1.0'],
    [-1, '-1.0'],
    [42, '42.0'],
    [0.1, '0.1'],
    [-0.1, '-0.1'],
    [1.5, '1.5'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [-1.5e-5, '-1.5e-05'],
    [9.999e-5, '9.999e-05'],
    [1e-7, '1e-07'],
    [1e-10, '1e-10'],
    [1.234e-100, '1.234e-100'],
    [5e-324, '5e-324'],
    [1e14, '100000000000000.0'],
    [1e15, '1000000000000000.0'],
    [1.5e15, '1500000000000000.0'],
    [1234567890123456.5, '1234567890123456.5'],
    [9007199254740991, '9007199254740991.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [-1e16, '-1e+16'],
    [1.2345678901234568e17, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1e22, '1e+22'],
    [1e100, '1e+100'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [123456.789, '123456.789'],
    [0.30000000000000004, '0.30000000000000004'],
    [100, '100.0'],
    [1e23, '1e+23'],
    [99999999999999800, '9.99999999999998e+16'],
    [1e20, '1e+20'],
    [123456789012345680000, '1.2345678901234568e+20'],
    [0.0000123, '1.23e-05'],
    [-0.00012, '-0.00012'],
    [0.000099999, '9.9999e-05'],
  ];

  it('prints floats as Python does', async () => {
    expect(await printed(GOLDEN.map(([value]) => value))).toEqual(GOLDEN.map(([, text]) => text));
    expect(GOLDEN.map(([value]) => pythonRepr(value))).toEqual(GOLDEN.map(([, text]) => text));
  });

  it('prints any finite float so, and so that it reads back as the same float', async () => {
    const double = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: -1e17, max: 1e17 }),
      fc.double({ noNaN: true, min: -1e-3, max: 1e-3 }),
      fc.integer(),
      fc
        .integer({ min: 14, max: 17 })
        .chain((power) => fc.integer({ min: 1, max: 9999 }).map((n) => n * 10 ** (power - 3))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(double, { minLength: 50, maxLength: 200 }), async (values) => {
        const coordinate = toCoordinate(values, values.length);
        const texts = await printed(coordinate);
        expect(texts).toEqual(coordinate.map(pythonRepr));
        expect(texts.map(Number)).toEqual(coordinate);
      }),
      { numRuns: 60 },
    );
  });
});

describe('kv_store', () => {
  const entries = (namespace: Namespace) =>
    truth.database.query<{ key: string; value: object }>({
      text: `SELECT key, value FROM kv_store WHERE key LIKE $1 || ':%' ORDER BY key COLLATE "C"`,
      values: [namespace],
    });

  it('shows every digit of a number, and the payload as it was written beside it', async () => {
    const namespace = freshNamespace();
    const text = '{"id":123456789012345678901234567890,"mass":1e1000000,"ratio":0.10}';
    await truth.adapters.writer.write([aWrite(namespace, { payload: parseJson(text) as JsonObject })]);
    const [row] = await truth.database.query<{ id: string; ratio: string; size: number; payload_text: string }>({
      text: `SELECT value ->> 'id' AS id, value ->> 'ratio' AS ratio, length(value::text) AS size, payload_text
        FROM kv_store WHERE key LIKE $1 || ':%'`,
      values: [namespace],
    });
    expect(row).toMatchObject({ id: '123456789012345678901234567890', ratio: '0.10', payload_text: text });
    expect(row?.size).toBeLessThan(1000);
  });

  it('shows live memories under the key of a Python tuple, with the enriched payload', async () => {
    const namespace = freshNamespace();
    await truth.adapters.writer.write([
      aWrite(namespace, {
        coordinate: [42, 24, 7],
        payload: { text: 'a', coordinate: 'mine' },
        type: 'episodic',
        importanceNorm: 0.25,
      }),
      aWrite(namespace, { coordinate: [1], payload: { task: 'b' } }),
      aWrite(namespace, { coordinate: [1e-5, -2.5], type: 'episodic', payload: { timestamp: 5 } }),
    ]);
    const [single, small, triple] = await entries(namespace);
    expect([single?.key, small?.key, triple?.key]).toEqual(
      ['(1.0,)', '(1e-05, -2.5)', '(42.0, 24.0, 7.0)'].map((tuple) => `${namespace}:${tuple}:data`),
    );
    expect(single?.value).toEqual({ task: 'b', memory_type: 'semantic', coordinate: [1], importance_norm: 0 });
    expect(triple?.value).toEqual({
      text: 'a',
      memory_type: 'episodic',
      coordinate: [42, 24, 7],
      importance_norm: 0.25,
      timestamp: expect.any(Number),
    });
    expect(small?.value).toMatchObject({ timestamp: 5 });
  });

  it('shows the links of a memory beside its payload, unless that has links of its own', async () => {
    const namespace = freshNamespace();
    const inAnHour = new Date(Date.now() + 3_600_000);
    await truth.adapters.writer.write([
      aWrite(namespace, { coordinate: [1], payload: { task: 'b' } }),
      aWrite(namespace, { coordinate: [2], payload: { links: 'mine' } }),
      aWrite(namespace, { coordinate: [3], expiresAt: inAnHour }),
    ]);
    const { writer } = truth.adapters.links;
    for (const [from, to, type] of [
      [1, 4, 'z'],
      [1, 3, 'a'],
      [1, 2, 'a'],
      [2, 1, 'a'],
    ] as const) {
      await writer.link(aLink({ namespace, from, to }, { type, weight: 0.1 }), 'none');
    }
    await truth.adapters.writer.write([
      aWrite(namespace, { coordinate: [3], expiresAt: new Date(Date.now() - 1_000) }),
    ]);
    const [one, two] = await entries(namespace);
    expect(one?.value).toMatchObject({
      task: 'b',
      links: [
        { to: [4], type: 'z', weight: 0.1, timestamp: expect.any(Number) },
        { to: [2], type: 'a', weight: 0.1 },
      ],
    });
    expect(two?.value).toMatchObject({ links: 'mine' });
  });

  it('shows neither deleted nor expired memories', async () => {
    const namespace = freshNamespace();
    await truth.adapters.writer.write([
      aWrite(namespace, { coordinate: [1] }),
      aWrite(namespace, { coordinate: [2], expiresAt: new Date(Date.now() - 1_000) }),
    ]);
    await truth.adapters.writer.delete([aDeletion(namespace, '1')]);
    expect(await entries(namespace)).toEqual([]);
  });
});
