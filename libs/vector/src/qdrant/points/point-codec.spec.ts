import { describe, expect, it } from '@jest/globals';
import { ALTERED_DIGEST, pointDigest, type JsonObject, type JsonValue } from '@sfm/memory';
import { aPoint } from '@sfm/memory/testing';
import fc from 'fast-check';
import { readFilterable, readHeld, storedPoint, toDecimals } from './point-codec.js';

const vectorOf = (stored: string) => (JSON.parse(stored) as { vector: unknown }).vector;
const payloadOf = (stored: string) => (JSON.parse(stored) as { payload: JsonObject }).payload;

describe('a point as Qdrant is sent it', () => {
  it('has the decimals of its vector, to the last bit', () => {
    const component = fc.oneof(
      fc.constantFrom(0, -0, 1, -1, 1 / 512, -1 / 512, 1e-9, -4e-9, 5e-9, 1e-8, 0.1, 0.99999999, -0.999999999),
      fc.float({ min: -1, max: 1, noNaN: true }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
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

  it("has the caller's fields, its own, and what is hidden by these", () => {
    const payload = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('coordinate', 'memory_type', '__sfm', '__proto__')),
      fc.jsonValue(),
      { maxKeys: 6 },
    );
    const key = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(payload, key, fc.string(), fc.option(fc.integer()), (fields, numbers, namespace, expiresAtMs) => {
        const caller = JSON.parse(JSON.stringify(fields)) as JsonObject;
        const point = aPoint({ key: numbers.map(String).join(','), payload: caller, type: 'episodic', expiresAtMs });
        const { coordinate, memory_type, __sfm: own, ...rest } = payloadOf(storedPoint(namespace, point));
        const { coordinate: _, memory_type: __, __sfm: ___, ...expected } = caller;
        expect({ coordinate, memory_type }).toEqual({ coordinate: numbers.map((n) => n + 0), memory_type: 'episodic' });
        expect(rest).toEqual(expected);
        const { id, version, createdAtMs } = point;
        expect(own).toMatchObject({ namespace, key: point.key, id, version, created_at: createdAtMs });
        expect((own as JsonObject)['expires_at'] ?? null).toBe(expiresAtMs);
        const { type, payload: read } = readFilterable(payloadOf(storedPoint(namespace, point)));
        expect({ type, read }).toEqual({ type: 'episodic', read: caller });
      }),
    );
  });

  it('tells when what filters find it by does not follow from its payload', () => {
    const payload = { tag: 'a', list: [1, 'b'], share: 0.1 };
    const stored = payloadOf(storedPoint('test', aPoint({ payload })));
    const own = stored['__sfm'] as { readonly facets: number[] };
    const digestWith = (details: JsonObject) =>
      readHeld({ ...stored, __sfm: { ...own, ...details } }, null)?.digest ?? Number.NaN;
    expect(digestWith({})).toBe(pointDigest('semantic', payload));
    const [first, second, ...rest] = own.facets;
    expect(digestWith({ facets: [second ?? 0, ...rest, first ?? 0] })).toBe(pointDigest('semantic', payload));
    for (const facets of [[], own.facets.slice(1), [1, 2, ...rest]]) {
      expect(digestWith({ facets })).toBe(ALTERED_DIGEST);
    }
    expect(digestWith({ partial: true })).toBe(ALTERED_DIGEST);
    const orders: readonly JsonValue[] = [{}, { none: 1 }, null];
    for (const order of orders) expect(digestWith({ order })).toBe(ALTERED_DIGEST);
  });

  it('is not altered where the server has rounded a fraction, however deep', () => {
    const withShare = (share: number) => ({ deep: { list: [{ share }, 1], text: 'a' } });
    const stored = payloadOf(storedPoint('test', aPoint({ payload: withShare(0.1234567890123456) })));
    const rounded = { ...stored, ...withShare(0.1234567890123456 + Number.EPSILON / 8) };
    expect(rounded['deep']).not.toEqual(stored['deep']);
    expect(readHeld(rounded, null)?.digest).toBe(pointDigest('semantic', withShare(0.1234567890123456)));
  });

  it('has no vector when there is nothing in it', () => {
    expect(vectorOf(storedPoint('test', aPoint({ vector: new Float32Array(4) })))).toEqual({});
    expect(vectorOf(storedPoint('test', aPoint()))).toEqual({});
  });
});
