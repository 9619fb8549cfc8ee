import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  EMPTY_OVERLAY,
  JsonNumber,
  matchesFilter,
  pointDigest,
  type IndexPoint,
  type JsonObject,
  type JsonValue,
  type MemoryFilter,
  type PayloadCondition,
  type RangeBound,
} from '@sfm/memory';
import {
  aPoint,
  fieldConditions,
  filteredPayloads,
  payloadFilters,
  satisfies,
  TEST_NOW_MS,
  upsertOf,
} from '@sfm/memory/testing';
import fc from 'fast-check';
import { describeWith } from '../../../../test/services/availability.js';
import { waitFor } from '../../../../test/services/lifetime/wait-for.js';
import { TestNamespaces } from '../../test/qdrant-fixtures.js';
import { facetsOf } from './points/facets.js';
import { pointId } from './points/point-id.js';
import { RemovedVersions } from './points/removed-versions.js';
import { QdrantPointAudit } from './qdrant-point-audit.js';
import { QdrantVectorIndex } from './qdrant-vector-index.js';

const describeReal = await describeWith(['qdrant']);

const LONG = 'x'.repeat(300);
const NAMES = ['plain', 'with.dot', 'with "quote', '', 'ünïcode', '__sfm', 'coordinate', 'memory_type', 'a[0]', 'a b'];
const SCALARS: readonly JsonValue[] = [
  0,
  1,
  -2.5,
  1e300,
  new JsonNumber('1.0'),
  new JsonNumber('-25e-1'),
  new JsonNumber('9007199254740992.0'),
  new JsonNumber('9007199254740993'),
  new JsonNumber('1e400'),
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
const bound = fc.constantFrom<RangeBound>(0, 1, -2.5, 'a', 'red', 2 ** 53, new JsonNumber('9007199254740993'));
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

  it('mean what every filter means, groups within groups included', async () => {
    const many = fc.sample(filteredPayloads(), { numRuns: 150, seed: 11 });
    const all = many.map((details, id) =>
      aPoint({ key: `${id},1`, id, payload: details, vector: Float32Array.of(Math.cos(id / 200), Math.sin(id / 200)) }),
    );
    await index.apply(namespaces.named('all'), all.map(upsertOf));
    await fc.assert(
      fc.asyncProperty(payloadFilters(), async (filter) => {
        const query = { vector: Float32Array.of(1, 0), limit: 200, nowMs: TEST_NOW_MS, filter };
        const answer = await index.search(namespaces.named('all'), query, EMPTY_OVERLAY);
        const meant = many.flatMap((details, id) => (satisfies(details, filter) ? [`${id},1`] : []));
        expect(answer.map(({ key }) => key)).toEqual(meant);
      }),
      { numRuns: 200 },
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

  it('find values in lists and fields with more members than are indexed', async () => {
    const long = Array.from({ length: 500 }, (_, number) => number);
    await index.apply(namespaces.named('long'), [
      upsertOf(aPoint({ key: '1', id: 1, payload: { long }, vector: Float32Array.of(1, 0) })),
      upsertOf(aPoint({ key: '2', id: 2, payload: { long: long.slice(0, 400) }, vector: Float32Array.of(1, 0) })),
    ]);
    const keys = async (details: PayloadCondition) => {
      const query = { vector: Float32Array.of(1, 0), limit: 9, nowMs: TEST_NOW_MS, filter: { payload: [details] } };
      return (await index.search(namespaces.named('long'), query, EMPTY_OVERLAY)).map(({ key }) => key);
    };
    expect(await keys({ path: ['long'], contains: 450 })).toEqual(['1']);
    expect(await keys({ path: ['long'], contains: 399 })).toEqual(['1', '2']);
    expect(await keys({ path: ['long'], equals: long })).toEqual(['1']);
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

  describe('in a large collection', () => {
    const SIZE = 6000;
    let large: QdrantVectorIndex;
    let fetched = 0;
    let isCut = false;

    beforeAll(async () => {
      const server = await namespaces.server();
      const query = server.query.bind(server);
      server.query = async (...request) => {
        const hits = await query(...request);
        fetched += hits.length;
        return hits;
      };
      large = new QdrantVectorIndex(await namespaces.catalog({ dimension: 2 }));
      const all = Array.from({ length: SIZE }, (_, id) =>
        aPoint({
          key: `${id},1`,
          id,
          payload: {
            long: `${LONG} ${id}`,
            object: { deep: { id } },
            list: ['x', { id }],
            number: id,
            day: new Date(id * 86_400_000).toISOString(),
            '': id,
          },
          vector: Float32Array.of(Math.cos(id / SIZE), Math.sin(id / SIZE)),
        }),
      );
      await large.apply(namespaces.named('large'), all.map(upsertOf));
    });

    async function search(details: PayloadCondition) {
      fetched = 0;
      isCut = false;
      const filter = { payload: [details] };
      const query = { vector: Float32Array.of(1, 0), limit: 10, nowMs: TEST_NOW_MS, filter };
      const found = await large.search(
        namespaces.named('large'),
        { ...query, onCutShort: () => (isCut = true) },
        EMPTY_OVERLAY,
      );
      return found.map(({ key }) => key);
    }

    it.each<[string, PayloadCondition]>([
      ['a long text', { path: ['long'], equals: `${LONG} 5000` }],
      ['an object', { path: ['object'], equals: { deep: { id: 5000 } } }],
      ['a list', { path: ['list'], anyOf: [['x', { id: 5000 }], []] }],
      ['an object in a list', { path: ['list'], contains: { id: 5000 } }],
      ['a number in a range', { path: ['number'], range: { gte: 5000, lt: 5001 } }],
      ['a text in a range', { path: ['day'], range: { gte: '1983-09-10', lt: '1983-09-11' } }],
    ])('fetch no more than the point that matches %s', async (_name, details) => {
      expect(await search(details)).toEqual(['5000,1']);
      expect(fetched).toBeLessThanOrEqual(3);
      expect(isCut).toBe(false);
    });

    it('stop, and say so, where the server cannot tell what matches', async () => {
      expect(await search({ path: [''], equals: 5000 })).toEqual(['5000,1']);
      expect(await search({ path: [''], range: { gte: 5000, lt: 5001 } })).toEqual([]);
      expect(isCut).toBe(true);
      expect(fetched).toBeLessThan(1000);
    });
  });

  describe('in a collection of an earlier version', () => {
    const NAMESPACE = 'earlier';

    beforeAll(async () => {
      const server = await namespaces.server();
      const name = namespaces.named(NAMESPACE);
      await index.apply(name, points.slice(0, 80).map(upsertOf));
      const { aliases } = await server.call((api, init) => api.getCollectionsAliases({}, init));
      const collection_name = aliases.find(({ alias_name }) => alias_name === name)?.collection_name ?? '';
      for (const point of points.slice(0, 80)) {
        const request = { collection_name, points: [pointId(name, point.key)], wait: true, key: '__sfm' };
        await server.call((api, init) =>
          api.setPayload({ ...request, payload: { facets: facetsOf(point.type, point.payload, 1).numbers } }, init),
        );
        const order = { collection_name, points: [pointId(name, point.key)], wait: true, keys: ['__sfm.order'] };
        await server.call((api, init) => api.deletePayload(order, init));
      }
      const metadata = { somafractalmemory: { space: 'test:1', holds: 'namespace', facets: null } };
      await server.call((api, init) => api.updateCollection({ collection_name, metadata }, init));
    });

    it('are no reason to report its points as altered', async () => {
      const audit = new QdrantPointAudit(await namespaces.catalog({ dimension: 2 }), new RemovedVersions());
      const old = points.slice(0, 80);
      const held = await audit.held(
        namespaces.named(NAMESPACE),
        old.map(({ key }) => key),
      );
      const digests = new Map(held.map(({ key, digest }) => [key, digest]));
      for (const { key, type, payload: details } of old) expect(digests.get(key)).toBe(pointDigest(type, details));
    });

    it('mean the same until it is rebuilt', async () => {
      const catalog = await namespaces.catalog({ dimension: 2 });
      expect((await catalog.find(namespaces.named(NAMESPACE)))?.facetsVersion).toBe(1);
      const old = new QdrantVectorIndex(catalog);
      await fc.assert(
        fc.asyncProperty(fc.oneof(condition, fieldConditions()), fc.boolean(), async (field, isWanted) => {
          const details = isWanted ? field : { not: field };
          const filter = { payload: [details] };
          const query = { vector: Float32Array.of(1, 0), limit: 90, nowMs: TEST_NOW_MS, filter };
          const expected = points.slice(0, 80).filter((point) => matchesFilter(filter, point));
          const found = await old.search(namespaces.named(NAMESPACE), query, EMPTY_OVERLAY);
          expect(found.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
        }),
        { numRuns: 200 },
      );
    });
  });
});
