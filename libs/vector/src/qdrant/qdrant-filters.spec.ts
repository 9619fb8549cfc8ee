import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  EMPTY_OVERLAY,
  matchesFilter,
  type IndexPoint,
  type JsonObject,
  type JsonValue,
  type MemoryFilter,
} from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import fc from 'fast-check';
import { describeWith } from '../../../../test/services/availability.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { TestNamespaces } from '../../test/qdrant-fixtures.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';

const describeReal = await describeWith(['qdrant']);

const LONG = 'x'.repeat(300);
const NAMES = ['plain', 'with.dot', 'with "quote', '', 'ünïcode', '__sfm', 'coordinate', 'memory_type', 'a[0]', 'a b'];
const SCALARS: readonly JsonValue[] = [
  0,
  1,
  -2.5,
  1e300,
  true,
  false,
  null,
  '',
  'red',
  'Red',
  '1',
  'é',
  LONG,
  `${LONG}y`,
];

const scalar = fc.constantFrom(...SCALARS);
const name = fc.constantFrom(...NAMES);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(fc.oneof(scalar, fc.constant<JsonValue>({ plain: 1 })), { maxLength: 3 }),
  fc.dictionary(name, scalar, { maxKeys: 3 }),
);
const payload: fc.Arbitrary<JsonObject> = fc.dictionary(name, value, { maxKeys: 6 });
const path = fc.oneof(
  name.map((step) => [step]),
  fc.tuple(name, name).map(([outer, inner]) => [outer, inner]),
);
const bound = fc.constantFrom<number | string>(0, 1, -2.5, 'a', 'red');
const condition = fc.oneof(
  fc.record({ path, equals: value }),
  fc.record({ path, anyOf: fc.array(value, { maxLength: 3 }) }),
  fc.record({ path, contains: value }),
  fc.record({ path, exists: fc.boolean() }),
  fc.record({
    path,
    range: fc.record({ gt: bound, gte: bound, lt: bound, lte: bound }, { requiredKeys: [] }),
  }),
);

/** More fields than a point has facets, among them the names that filters ask for, last. */
function wide(details: JsonObject): JsonObject {
  return { ...Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`field${number}`, number])), ...details };
}

describeReal('filters in Qdrant', () => {
  const namespaces = new TestNamespaces();
  const points: IndexPoint[] = [];
  let index: QdrantVectorIndex;

  beforeAll(async () => {
    index = new QdrantVectorIndex(await namespaces.catalog({ dimension: 2 }));
    const payloads = [
      ...fc.sample(payload, { numRuns: 80, seed: 7 }),
      wide({ plain: 'red' }),
      wide({ __sfm: { plain: 1 } }),
    ];
    for (const [id, details] of payloads.entries()) {
      points.push(
        aPoint({
          key: `${id},1`,
          id,
          payload: details,
          type: id % 3 === 0 ? 'episodic' : 'semantic',
          createdAtMs: TEST_NOW_MS - id,
          vector: Float32Array.of(Math.cos(id / 100), Math.sin(id / 100)),
        }),
      );
    }
    await index.apply(namespaces.named('filters'), points.map(upsertOf));
  });

  afterAll(() => namespaces.remove());

  async function found(filter: MemoryFilter, limit = 100): Promise<string[]> {
    const query = { vector: Float32Array.of(1, 0), limit, nowMs: TEST_NOW_MS, filter };
    return (await index.search(namespaces.named('filters'), query, EMPTY_OVERLAY)).map(({ key }) => key);
  }

  it('mean what the definition says, whatever is in a payload and however its fields are named', async () => {
    const filters = fc.record({ payload: fc.array(condition, { minLength: 1, maxLength: 2 }) });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 90 }), async (filter, limit) => {
        const expected = points.filter((point) => matchesFilter(filter, point)).map(({ key }) => key);
        expect(await found(filter, limit)).toEqual(expected.slice(0, limit));
      }),
      { numRuns: 400 },
    );
  });

  it('look at type and time of creation exactly', async () => {
    const filter = { type: 'episodic', createdFrom: TEST_NOW_MS - 30, createdBefore: TEST_NOW_MS - 9 } as const;
    expect(await found(filter)).toEqual(['12,1', '15,1', '18,1', '21,1', '24,1', '27,1', '30,1']);
  });

  it('find the fields of a payload with more of them than are indexed', async () => {
    expect(await found({ payload: [{ path: ['field299'], equals: 299 }] })).toEqual(['80,1', '81,1']);
    expect(await found({ payload: [{ path: ['field299'], exists: false }] })).toHaveLength(80);
    expect(
      await found({
        payload: [
          { path: ['__sfm', 'plain'], equals: 1 },
          { path: ['field1'], equals: 1 },
        ],
      }),
    ).toEqual(['81,1']);
  });

  it('have the numbers indexed that a range was asked of, once', async () => {
    const range = { payload: [{ path: ['field7'], range: { gte: 7 } }] };
    expect(await found(range)).toEqual(['80,1', '81,1']);
    const server = await namespaces.server();
    const schema = async () => {
      const request = { collection_name: namespaces.named('filters') };
      return (await server.call((api, init) => api.getCollection(request, init))).payload_schema['field7'];
    };
    await waitFor(async () => (await schema())?.data_type === 'float', { what: () => 'the index' });
    expect(await found(range)).toEqual(['80,1', '81,1']);
  });
});
