import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchesFilter } from '../../model/filter.js';
import { isValid } from '../../model/validity.js';
import { EMPTY_OVERLAY, type IndexPoint, type IndexQuery, type Overlay } from '../../index-model/index-point.js';
import type {
  LexicalIndex,
  LexicalQuery,
  LiteralQuery,
  NeighbourQuery,
  SessionNeighbour,
} from '../../index-model/lexical-index.port.js';
import { anOverlay, aPoint, removalOf, TEST_NOW_MS, upsertOf } from '../builders.js';
import {
  CONTRACT_TERMS,
  indexHistories,
  memoryFilters,
  validityQueries,
  rankingFault,
  type TrueScore,
} from '../index-history.js';
import { toNamespace, type Namespace } from '../../model/namespace.js';

const UNKNOWN = toNamespace('unknown');
const NAMESPACE_A = toNamespace('a');
const NAMESPACE_B = toNamespace('b');

/** How a suite gets a fresh index with k1 = 1.2 and b = 0.75. */
export interface LexicalIndexHarness {
  create(): Promise<LexicalIndex>;
  destroy?(index: LexicalIndex): Promise<void>;
  /** How far scores may be from the formula, relative to it. Default 1e-9. */
  readonly scoreTolerance?: number;
  /** Random histories to try per property. Default 200. */
  readonly runs?: number;
}

const NAMESPACE = toNamespace('contract_ns');
const K1 = 1.2;
const B = 0.75;

function aQuery(terms: readonly string[], details: Partial<LexicalQuery> = {}): LexicalQuery {
  return { terms, limit: 10, nowMs: TEST_NOW_MS, ...details };
}

/** BM25 written out once more, from the definition, over all live points. */
function trueScores(points: readonly IndexPoint[], query: LexicalQuery): TrueScore[] {
  const averageLength = points.reduce((sum, { text }) => sum + text.length, 0) / points.length;
  return points.flatMap((point) => {
    const isExpired = point.expiresAtMs !== null && point.expiresAtMs <= query.nowMs;
    if (isExpired || !isValid(point.validity, query.valid) || !matchesFilter(query.filter, point)) return [];
    let score = 0;
    for (const term of query.terms) {
      const holders = points.filter(({ text }) => text.terms.has(term)).length;
      const count = point.text.terms.get(term) ?? 0;
      const saturation = count + K1 * (1 - B + B * (point.text.length / averageLength));
      if (count > 0) {
        score += (Math.log(1 + (points.length - holders + 0.5) / (holders + 0.5)) * (count * (K1 + 1))) / saturation;
      }
    }
    return score > 0 ? [{ key: point.key, id: point.id, score }] : [];
  });
}

/** Neighbours from the definition: the live points of the session in a row, those that match kept. */
function trueNeighbours(points: readonly IndexPoint[], query: NeighbourQuery) {
  const alive = points.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > query.nowMs);
  const rowOf = (session: string) => alive.filter((point) => point.session === session).sort((a, b) => a.id - b.id);
  return query.keys.flatMap((of) => {
    const point = alive.find(({ key }) => key === of);
    if (!point || point.session === null) return [];
    const row = rowOf(point.session);
    return row
      .map((near, place) => ({ near, offset: place - row.indexOf(point) }))
      .filter(
        ({ near, offset }) => Math.abs(offset) <= query.reach && offset !== 0 && matchesFilter(query.filter, near),
      )
      .filter(({ near }) => isValid(near.validity, query.valid))
      .map(({ near: { key }, offset }) => ({ of, key, offset }));
  });
}

/** In an order of their own. */
function written(neighbours: readonly SessionNeighbour[]): string[] {
  return neighbours.map(({ of, key, offset }) => `${of} ${offset} ${key}`).sort();
}

/** What every LexicalIndex adapter must do. Call it inside a spec file. */
export function describeLexicalIndexContract(adapter: string, harness: LexicalIndexHarness): void {
  const tolerance = harness.scoreTolerance ?? 1e-9;

  describe(`${adapter} as a lexical index`, () => {
    let index: LexicalIndex;
    const search = (query: LexicalQuery, overlay: Overlay = EMPTY_OVERLAY, namespace = NAMESPACE) =>
      index.search(namespace, query, overlay);
    const keysFor = async (query: LexicalQuery, overlay?: Overlay, namespace?: Namespace) =>
      (await search(query, overlay, namespace)).map(({ key }) => key);
    const store = (...points: IndexPoint[]) => index.apply(NAMESPACE, points.map(upsertOf));

    beforeEach(async () => {
      index = await harness.create();
    });
    afterEach(async () => {
      await harness.destroy?.(index);
    });

    it('names the newest points that hold a text literally, wherever in the payload, as of now', async () => {
      const texts = ['a Needle here', 'hay', 'needles', 'gone needle', 'outdated needle', 'old needle'];
      const points = texts.map((text, id) =>
        aPoint({ key: `k${id}`, id, createdAtMs: 1000 + id, payload: { list: [{ text }], needle: 7 } }),
      );
      await index.apply(NAMESPACE, points.map(upsertOf));
      await index.apply(NAMESPACE, [
        removalOf('k3', 2),
        upsertOf(aPoint({ ...points[4], version: 2, payload: { text: 'hay' } })),
        upsertOf(aPoint({ ...points[5], version: 2, expiresAtMs: TEST_NOW_MS - 1, payload: { text: 'needle' } })),
        upsertOf(aPoint({ key: 'k6', id: 6, createdAtMs: 10, type: 'episodic', payload: { text: 'the needle' } })),
      ]);
      const ask = (term: string, details: Partial<LiteralQuery> = {}) =>
        index.holding(NAMESPACE, {
          term,
          exact: false,
          caseSensitive: false,
          limit: 10,
          nowMs: TEST_NOW_MS,
          ...details,
        });
      expect(await ask('NEEDLE')).toEqual(['k2', 'k0', 'k6']);
      expect(await ask('eedl', { limit: 2 })).toEqual(['k2', 'k0']);
      expect(await ask('Needle', { caseSensitive: true })).toEqual(['k0']);
      expect(await ask('needles', { exact: true })).toEqual(['k2']);
      expect(await ask('needle', { exact: true })).toEqual([]);
      expect(await ask('needle', { type: 'episodic' })).toEqual(['k6']);
      expect(await ask('absent')).toEqual([]);
      expect(
        await index.holding(UNKNOWN, { term: 'needle', exact: false, caseSensitive: false, limit: 1, nowMs: 0 }),
      ).toEqual([]);
    });

    it('answers nothing for unknown namespaces, unknown terms and empty queries', async () => {
      expect(await search(aQuery(['cat']), EMPTY_OVERLAY, UNKNOWN)).toEqual([]);
      await store(aPoint({ words: 'cat' }));
      expect(await search(aQuery(['dog']))).toEqual([]);
      expect(await search(aQuery([]))).toEqual([]);
      expect(await search(aQuery(['cat'], { limit: 0 }))).toEqual([]);
    });

    it('prefers rare terms, repeated terms and short texts', async () => {
      await store(
        aPoint({ key: 'common', id: 1, words: 'cat ant' }),
        aPoint({ key: 'rare', id: 2, words: 'fox ant' }),
        aPoint({ key: 'repeated', id: 3, words: 'cat cat' }),
        aPoint({ key: 'long', id: 4, words: 'cat ant bee elk gnu hen' }),
      );
      expect(await keysFor(aQuery(['cat', 'fox']))).toEqual(['rare', 'repeated', 'common', 'long']);
    });

    it('takes terms as they are, names of object members included', async () => {
      await store(aPoint({ words: 'constructor __proto__ tostring' }));
      expect(await keysFor(aQuery(['__proto__']))).toEqual(['1']);
      expect(await keysFor(aQuery(['hasownproperty']))).toEqual([]);
    });

    it('breaks ties by id, in the index and in the overlay alike', async () => {
      await store(aPoint({ key: 'b', id: 5, words: 'cat' }), aPoint({ key: 'a', id: 9, words: 'cat' }));
      const overlay = anOverlay([aPoint({ key: 'c', id: 2, words: 'cat' }), aPoint({ key: 'd', id: 7, words: 'cat' })]);
      expect(await keysFor(aQuery(['cat']), overlay)).toEqual(['c', 'b', 'd', 'a']);
    });

    it('ignores versions that are not newer, and never brings a removed memory back', async () => {
      await store(aPoint({ version: 3, words: 'cat' }), aPoint({ version: 2, words: 'dog' }));
      expect(await keysFor(aQuery(['dog']))).toEqual([]);
      await index.apply(NAMESPACE, [removalOf('1', 4), upsertOf(aPoint({ version: 4, words: 'cat' }))]);
      expect(await keysFor(aQuery(['cat']))).toEqual([]);
      expect(await index.count(NAMESPACE)).toBe(0);
      await store(aPoint({ version: 5, words: 'elk' }));
      expect(await keysFor(aQuery(['cat', 'elk']))).toEqual(['1']);
    });

    it('hides expired points but keeps them in the statistics', async () => {
      await store(
        aPoint({ key: '1', id: 1, words: 'cat', expiresAtMs: TEST_NOW_MS }),
        aPoint({ key: '2', id: 2, words: 'cat dog' }),
      );
      const before = await search(aQuery(['cat'], { nowMs: TEST_NOW_MS - 1 }));
      const after = await search(aQuery(['cat']));
      expect(before.map(({ key }) => key)).toEqual(['1', '2']);
      expect(after).toEqual(before.slice(1));
    });

    it('passes over what does not hold at the time wanted, which counts in the statistics and names itself', async () => {
      const over = { fromMs: null, toMs: TEST_NOW_MS, supersededAtMs: null };
      const superseded = { fromMs: null, toMs: null, supersededAtMs: TEST_NOW_MS };
      await store(
        aPoint({ key: '1', id: 1, words: 'cat', payload: { text: 'a cat' }, validity: over }),
        aPoint({ key: '2', id: 2, words: 'cat', payload: { text: 'a cat' }, validity: superseded }),
        aPoint({ key: '3', id: 3, words: 'cat dog', payload: { text: 'a cat' } }),
      );
      const at = (atMs: number, withSuperseded = false) => ({ valid: { atMs, withSuperseded } });
      const everything = await search(aQuery(['cat']));
      expect(everything.map(({ key }) => key)).toEqual(['1', '2', '3']);
      expect(await search(aQuery(['cat'], { ...at(TEST_NOW_MS), limit: 1 }))).toEqual(everything.slice(2));
      expect(await keysFor(aQuery(['cat'], at(TEST_NOW_MS - 1)))).toEqual(['1', '2', '3']);
      expect(await keysFor(aQuery(['cat'], at(TEST_NOW_MS, true)))).toEqual(['2', '3']);
      const literal = { term: 'a cat', exact: true, caseSensitive: true, limit: 1, nowMs: TEST_NOW_MS };
      expect(await index.holding(NAMESPACE, { ...literal, limit: 3 })).toHaveLength(3);
      expect(await index.holding(NAMESPACE, { ...literal, ...at(TEST_NOW_MS) })).toEqual(['3']);
      const keys = ['1', '2', '3'];
      const contents = await index.contents(NAMESPACE, { keys, nowMs: TEST_NOW_MS }, EMPTY_OVERLAY);
      expect(contents.map(({ validity }) => validity)).toEqual([over, superseded, undefined]);
    });

    it('returns fewer than the limit only if fewer match the filter', async () => {
      const points = Array.from({ length: 100 }, (_, number) =>
        aPoint({ key: String(number), id: number, words: 'cat', payload: { rare: number % 50 === 49 } }),
      );
      await store(...points);
      const filter = { payload: [{ path: ['rare'], equals: true }] };
      expect(await keysFor(aQuery(['cat'], { limit: 1, filter }))).toEqual(['49']);
      expect(await keysFor(aQuery(['cat'], { filter }))).toEqual(['49', '99']);
    });

    describe('neighbours', () => {
      const neighbours = async (keys: readonly string[], reach: number, overlay = EMPTY_OVERLAY) =>
        written(await index.neighbours(NAMESPACE, { keys, reach, nowMs: TEST_NOW_MS }, overlay));
      const said = (id: number, session: string | null, details: Partial<IndexPoint> = {}) =>
        aPoint({ key: String(id), id, session, ...details });

      it('are those of the session by creation order, whenever they came', async () => {
        await store(said(4, 'a'), said(1, 'a'), said(2, 'b'), said(3, 'a'), said(5, 'b'), said(6, 'a'));
        expect(await neighbours(['3'], 1)).toEqual(['3 -1 1', '3 1 4']);
        expect(await neighbours(['4', '5'], 2)).toEqual(['4 -1 3', '4 -2 1', '4 1 6', '5 -1 2']);
        expect(await neighbours(['4', '4'], 1)).toEqual(['4 -1 3', '4 1 6']);
        expect(await neighbours(['4'], 0)).toEqual([]);
        expect(await neighbours([], 3)).toEqual([]);
        expect(await index.neighbours(UNKNOWN, { keys: ['4'], reach: 3, nowMs: TEST_NOW_MS }, EMPTY_OVERLAY)).toEqual(
          [],
        );
      });

      it('follow a memory into another session, and out of the index', async () => {
        await store(said(1, 'a'), said(2, 'a'), said(3, 'a'));
        await store(said(2, 'b', { version: 2 }));
        expect(await neighbours(['1', '2'], 1)).toEqual(['1 1 3']);
        await index.apply(NAMESPACE, [removalOf('3', 2)]);
        expect(await neighbours(['1', '3'], 3)).toEqual([]);
        await store(said(3, 'b', { version: 3 }));
        expect(await neighbours(['2'], 3)).toEqual(['2 1 3']);
      });

      it('pass over expired memories and those without a session', async () => {
        await store(
          said(1, 's'),
          said(2, 's', { expiresAtMs: TEST_NOW_MS }),
          said(3, null),
          said(4, 's'),
          said(5, null),
        );
        expect(await neighbours(['4', '3', '2', '404'], 2)).toEqual(['4 -1 1']);
      });

      it('are told apart by the whole name of the session', async () => {
        const long = 'x'.repeat(5000);
        await store(said(1, `${long}a`), said(2, `${long}b`), said(3, `${long}a`));
        expect(await neighbours(['1'], 3)).toEqual(['1 1 3']);
      });

      it('are those of the live points that match, for any history, filter and overlay', async () => {
        await fc.assert(
          fc.asyncProperty(
            indexHistories(),
            memoryFilters(),
            fc.integer({ min: 0, max: 4 }),
            validityQueries(),
            async (history, filter, reach, valid) => {
              const keys = [
                ...new Set(history.caughtUp.map((change) => ('point' in change ? change.point.key : change.key))),
              ];
              const query = { keys, reach, filter, nowMs: TEST_NOW_MS, ...(valid && { valid }) };
              await index.clear(NAMESPACE);
              await index.apply(NAMESPACE, history.applied);
              const pending = await index.neighbours(NAMESPACE, query, history.overlay);
              expect(written(pending)).toEqual(written(trueNeighbours(history.live, query)));
              await index.apply(NAMESPACE, history.caughtUp);
              expect(await index.neighbours(NAMESPACE, query, EMPTY_OVERLAY)).toEqual(pending);
            },
          ),
          { numRuns: harness.runs ?? 200 },
        );
      });
    });

    describe('contents', () => {
      const contents = async (keys: readonly string[], overlay = EMPTY_OVERLAY) =>
        index.contents(NAMESPACE, { keys, nowMs: TEST_NOW_MS }, overlay);

      it('are what the points say, in the order of the keys', async () => {
        await store(
          aPoint({
            ...{ key: '1', id: 7, version: 3, type: 'episodic', payload: { a: [1] } },
            ...{ importance: 4, importanceNorm: 0.25 },
          }),
          aPoint({ key: '2', id: 8 }),
        );
        const [second, first, ...others] = await contents(['2', '404', '1']);
        expect(others).toEqual([]);
        expect(second).toMatchObject({ key: '2', id: 8, version: 1 });
        expect(first).toMatchObject({
          key: '1',
          id: 7,
          version: 3,
          type: 'episodic',
          createdAtMs: TEST_NOW_MS - 3_600_000,
          payload: { a: [1] },
          importance: 4,
          importanceNorm: 0.25,
        });
        expect(await index.contents(UNKNOWN, { keys: ['1'], nowMs: TEST_NOW_MS }, EMPTY_OVERLAY)).toEqual([]);
      });

      it('are those of the live points, for any history and overlay', async () => {
        const versions = (points: readonly Pick<IndexPoint, 'key' | 'version' | 'payload'>[]) =>
          points.map(({ key, version, payload }) => ({ key, version, payload }));
        await fc.assert(
          fc.asyncProperty(indexHistories(), async (history) => {
            const isAlive = ({ expiresAtMs }: IndexPoint) => expiresAtMs === null || expiresAtMs > TEST_NOW_MS;
            const expected = versions(history.live.filter(isAlive));
            const changed = history.caughtUp.map((change) => ('point' in change ? change.point.key : change.key));
            const keys = [...new Set([...history.live.map(({ key }) => key), ...changed])];
            await index.clear(NAMESPACE);
            await index.apply(NAMESPACE, history.applied);
            expect(versions(await contents(keys, history.overlay))).toEqual(expected);
            await index.apply(NAMESPACE, history.caughtUp);
            expect(versions(await contents(keys))).toEqual(expected);
          }),
          { numRuns: harness.runs ?? 200 },
        );
      });
    });

    describe('matching', () => {
      const matching = (query: Partial<IndexQuery>, overlay = EMPTY_OVERLAY, namespace = NAMESPACE) =>
        index.matching(namespace, { limit: 10, nowMs: TEST_NOW_MS, ...query }, overlay);

      it('names members oldest first, whether they have words or not', async () => {
        await store(
          aPoint({ key: 'c', id: 3, words: 'cat' }),
          aPoint({ key: 'a', id: 1, payload: { rare: true } }),
          aPoint({ key: 'b', id: 2, expiresAtMs: TEST_NOW_MS }),
          aPoint({ key: 'd', id: 4, payload: { rare: true } }),
        );
        expect(await matching({})).toEqual(['a', 'c', 'd']);
        expect(await matching({ limit: 2 })).toEqual(['a', 'c']);
        expect(await matching({ limit: 0 })).toEqual([]);
        const rare = { payload: [{ path: ['rare'], equals: true }] };
        expect(await matching({ filter: rare })).toEqual(['a', 'd']);
        await store(aPoint({ key: 'a', id: 9, version: 2, payload: { rare: true } }));
        await index.apply(NAMESPACE, [removalOf('c', 2)]);
        expect(await matching({ filter: rare }, anOverlay([aPoint({ key: 'e', id: 5 })], ['d']))).toEqual(['a']);
        expect(await matching({}, anOverlay([aPoint({ key: 'e', id: 5 })]))).toEqual(['d', 'e', 'a']);
        expect(await matching({}, EMPTY_OVERLAY, UNKNOWN)).toEqual([]);
      });

      it('are the oldest live points that match, for any history, filter and overlay', async () => {
        await fc.assert(
          fc.asyncProperty(
            indexHistories(),
            memoryFilters(),
            fc.integer({ min: 1, max: 14 }),
            validityQueries(),
            async (history, filter, limit, valid) => {
              const query = { limit, filter, nowMs: TEST_NOW_MS, ...(valid && { valid }) };
              const expected = history.live
                .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > TEST_NOW_MS)
                .filter((point) => matchesFilter(filter, point) && isValid(point.validity, valid))
                .sort((a, b) => a.id - b.id)
                .map(({ key }) => key)
                .slice(0, limit);
              await index.clear(NAMESPACE);
              await index.apply(NAMESPACE, history.applied);
              expect(await index.matching(NAMESPACE, query, history.overlay)).toEqual(expected);
              await index.apply(NAMESPACE, history.caughtUp);
              expect(await index.matching(NAMESPACE, query, EMPTY_OVERLAY)).toEqual(expected);
            },
          ),
          { numRuns: 4 * (harness.runs ?? 200) },
        );
      });
    });

    it('keeps namespaces apart, statistics too, and clears only one', async () => {
      await index.apply(NAMESPACE_A, [upsertOf(aPoint({ key: 'in-a', words: 'cat' }))]);
      const alone = await search(aQuery(['cat']), EMPTY_OVERLAY, NAMESPACE_A);
      await index.apply(NAMESPACE_B, [upsertOf(aPoint({ key: 'in-b', words: 'cat dog elk' }))]);
      expect(await search(aQuery(['cat']), EMPTY_OVERLAY, NAMESPACE_A)).toEqual(alone);
      await index.clear(NAMESPACE_A);
      expect(await search(aQuery(['cat']), EMPTY_OVERLAY, NAMESPACE_A)).toEqual([]);
      expect(await keysFor(aQuery(['cat']), EMPTY_OVERLAY, NAMESPACE_B)).toEqual(['in-b']);
    });

    it('scores exactly by BM25 over the live points, for any history, filter and overlay', async () => {
      await fc.assert(
        fc.asyncProperty(
          indexHistories(),
          memoryFilters(),
          fc.uniqueArray(fc.constantFrom(...CONTRACT_TERMS, 'unknown'), { maxLength: 5 }),
          fc.integer({ min: 1, max: 14 }),
          validityQueries(),
          async (history, filter, terms, limit, valid) => {
            const query = aQuery(terms, { filter, limit, ...(valid && { valid }) });
            await index.clear(NAMESPACE);
            await index.apply(NAMESPACE, history.applied);
            const answer = await search(query, history.overlay);
            expect(rankingFault(answer, trueScores(history.live, query), limit, tolerance)).toBe('');
          },
        ),
        { numRuns: harness.runs ?? 200 },
      );
    });

    it('answers the same with an overlay as after applying it, in part or whole', async () => {
      await fc.assert(
        fc.asyncProperty(
          indexHistories(),
          memoryFilters(),
          fc.shuffledSubarray(CONTRACT_TERMS),
          fc.nat(20),
          async (history, filter, terms, part) => {
            const query = aQuery(terms, { filter, limit: 5 });
            await index.clear(NAMESPACE);
            await index.apply(NAMESPACE, history.applied);
            const before = await search(query, history.overlay);
            await index.apply(NAMESPACE, history.caughtUp.slice(0, part));
            expect(await search(query, { ...history.overlay })).toEqual(before);
            await index.apply(NAMESPACE, history.caughtUp);
            expect(await search(query, { ...history.overlay })).toEqual(before);
            expect(await search(query, history.overlay)).toEqual(before);
            expect(before).toEqual(await search(query));
            expect(await index.count(NAMESPACE)).toBe(history.live.length);
          },
        ),
        { numRuns: harness.runs ?? 200 },
      );
    });
  });
}
