import { describe, expect, it } from '@jest/globals';
import type { LaneCandidate } from '../../index-model/index-point.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import type { JsonObject } from '../../model/json.js';
import { aPoint } from '../../testing/builders.js';
import { lexicalSignals } from '../lanes/lexical-lane.js';
import { vectorSignals } from '../lanes/vector-lane.js';
import type { RankingInput } from './measures/measure.js';
import { rankCandidates } from './rank-candidates.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';

const fields = { text: ['text'], session: ['session'], source: ['author'], time: ['date'] };
const now = new Date('2024-06-01T00:00:00Z');

interface Details extends Partial<Pick<RankingInput, 'contents'>> {
  readonly vector?: readonly LaneCandidate[];
  readonly neighbours?: readonly SessionNeighbour[];
}

/** Ranks payloads with ids 1, 2, …; lexical scores by id. */
function rank(
  payloads: readonly JsonObject[],
  scores: Record<number, number>,
  { vector = [], neighbours = [], ...details }: Details = {},
  request: Partial<RecallRequest> = {},
) {
  const contents = payloads.map((payload, index) => aPoint({ key: String(index + 1), id: index + 1, payload }));
  const lexical = Object.entries(scores)
    .map(([key, score]) => ({ key, score }))
    .sort((a, b) => b.score - a.score);
  return rankCandidates(
    {
      request: { query: 'ladder', topK: 10, ...request },
      proposals: new Map([
        ['lexical', { candidates: lexical, signals: lexicalSignals(lexical), neighbours }],
        ['vector', { candidates: vector, signals: vectorSignals(vector, request.mode === 'vector') }],
      ]),
      contents,
      fields,
      now,
      ...details,
    },
    DEFAULT_RANKING,
  );
}
const ids = (ranked: ReturnType<typeof rank>) => ranked.map(({ content }) => content.id);
const value = (ranked: ReturnType<typeof rank>, id: number, signal: string) =>
  ranked.find(({ content }) => content.id === id)?.contributions.find((each) => each.signal === signal)?.value ?? 0;

describe('rankCandidates', () => {
  it('explains every score as the sum of weight times value', () => {
    const ranked = rank(
      [
        { text: 'Where is it?', session: 's', author: 'Ida' },
        { text: 'In the shed', session: 's', date: '2024-05-02', author: 'Ole' },
      ],
      { 1: 7.3, 2: 1.9 },
      {
        vector: [
          { key: '2', score: 0.31 },
          { key: '1', score: -0.1 },
        ],
        neighbours: [{ of: '1', key: '2', offset: 1 }],
      },
      { query: 'what did Ole say in May 2024', recency: { weight: 0.7, halfLifeDays: 30 }, context: { session: 's' } },
    );
    for (const { score, contributions } of ranked) {
      expect(contributions.length).toBeGreaterThan(0);
      expect(contributions.reduce((sum, each) => sum + each.weight * each.value, 0)).toBeCloseTo(score, 9);
    }
    expect(ids(ranked)).toEqual([2, 1]);
  });

  it('tells rank and signal of each lane', () => {
    const [first] = rank(
      [{ text: 'a' }],
      { 1: 4 },
      {
        vector: [
          { key: '9', score: 0.9 },
          { key: '1', score: 0.5 },
        ],
      },
    );
    expect(first?.lanes).toEqual([
      { lane: 'lexical', rank: 1, signal: 4 },
      { lane: 'vector', rank: 2, signal: 0.5 },
    ]);
  });

  it('ranks plain payloads by text alone', () => {
    const ranked = rank(
      [{ text: 'one?' }, { text: 'two' }],
      { 1: 2, 2: 1 },
      { neighbours: [{ of: '1', key: '2', offset: 1 }] },
    );
    expect(ranked.map(({ contributions }) => contributions.map(({ signal }) => signal))).toEqual([
      ['lexical'],
      ['lexical'],
    ]);
  });

  it('finds the answer after a matching question, though it shares no word with the query', () => {
    const ranked = rank(
      [
        { text: 'Where did the ladder go?', session: 's' },
        { text: 'Behind the barn.', session: 's' },
        { text: 'Nice barn.', session: 's' },
      ],
      { 1: 5 },
      {
        neighbours: [
          { of: '1', key: '2', offset: 1 },
          { of: '1', key: '3', offset: 2 },
        ],
      },
    );
    expect(ids(ranked)).toEqual([1, 2, 3]);
    expect(value(ranked, 2, 'answer')).toBe(1);
    expect(value(ranked, 1, 'asking')).toBe(1);
  });

  it('prefers the session that is about the topic', () => {
    const ranked = rank(
      [
        { text: 'a', session: 'off' },
        { text: 'b', session: 'on' },
        { text: 'c', session: 'on' },
      ],
      { 1: 5, 2: 4.9, 3: 4.9 },
    );
    expect(ids(ranked)).toEqual([2, 3, 1]);
  });

  it('prefers the source that the query names, by the share of its name', () => {
    const ranked = rank(
      [
        { text: 'a', author: 'Ole' },
        { text: 'b', author: 'Ida Berg' },
      ],
      { 1: 1, 2: 1 },
      {},
      { query: "Ida's ladder" },
    );
    expect(ids(ranked)).toEqual([2, 1]);
    expect(value(ranked, 2, 'source')).toBe(0.5);
  });

  it('prefers the time that the query names', () => {
    const ranked = rank(
      [
        { text: 'a', date: '2024-01-05' },
        { text: 'b', date: '2024-03-05' },
      ],
      { 1: 1, 2: 1 },
      {},
      { query: 'ladder in March' },
    );
    expect(ids(ranked)).toEqual([2, 1]);
  });

  it('adds importance, keywords and context where asked', () => {
    const contents = [aPoint({ importance: 8, importanceNorm: 0.5, payload: { text: 'red', room: 'attic' } })];
    const request: RecallRequest = {
      query: 'x',
      topK: 1,
      importance: { weight: 2 },
      keywords: { terms: ['red'], boost: 3, exact: false, caseSensitive: false },
      context: { room: 'attic' },
    };
    const [hit] = rankCandidates({ request, proposals: new Map(), contents, fields, now }, DEFAULT_RANKING);
    expect(hit?.contributions).toEqual([
      { signal: 'importance', value: 0.5, weight: 2, contribution: 1 },
      { signal: 'keywords', value: 1, weight: 3, contribution: 3 },
      { signal: 'context', value: 1, weight: 0.5, contribution: 0.5 },
    ]);
    expect(hit?.score).toBe(4.5);
  });

  it('compares importances as they are now where that is known, and counts only those that were given', () => {
    const contents = [
      aPoint({ id: 1, importance: 1, importanceNorm: 1 }),
      aPoint({ id: 2, importance: 100, importanceNorm: 0 }),
      aPoint({ id: 3, importance: null, importanceNorm: 1 }),
    ];
    const request: RecallRequest = { query: 'x', topK: 3, importance: { weight: 1 } };
    const norm = (importance: number) => importance / 100;
    const scores = (known: typeof norm | undefined) =>
      rankCandidates({ request, proposals: new Map(), contents, fields, now, norm: known }, DEFAULT_RANKING).map(
        ({ content, score }) => [content.id, score],
      );
    expect(scores(norm)).toEqual([
      [2, 1],
      [1, 0.01],
      [3, 0],
    ]);
    expect(scores(undefined)[0]).toEqual([1, 1]);
  });

  it('prefers a text that names a time to one that does not, where the query asks for one', () => {
    const payloads = [{ text: 'the ladder broke' }, { text: 'the ladder broke last week' }];
    const asked = rank(payloads, { 1: 2, 2: 2 }, {}, { query: 'when did the ladder break?' });
    expect([value(asked, 1, 'when'), value(asked, 2, 'when')]).toEqual([0, 1]);
    expect(value(rank(payloads, { 1: 2, 2: 2 }), 2, 'when')).toBe(0);
  });

  it('lets what surrounds a match count by words and vectors together', () => {
    const neighbours = [{ of: '1', key: '2', offset: 1 }];
    const payloads = [
      { text: 'a', session: 's' },
      { text: 'b', session: 's' },
    ];
    const ranked = rank(payloads, {}, { vector: [{ key: '1', score: 0.4 }], neighbours });
    expect(value(ranked, 2, 'before')).toBe(1);
    expect(value(ranked, 2, 'session')).toBeCloseTo(1 / 3, 9);
  });

  it('lets one lane alone decide when asked', () => {
    const vector = [
      { key: '2', score: 0.75 },
      { key: '1', score: 0.5 },
    ];
    const ranked = rank(
      [
        { text: 'a', author: 'ladder' },
        { text: 'b', session: 's' },
      ],
      {},
      { vector },
      { mode: 'vector' },
    );
    expect(ranked.map(({ content, score }) => [content.id, score])).toEqual([
      [2, 0.75],
      [1, 0.5],
    ]);
  });

  it('breaks ties by creation order, whatever the order of the input', () => {
    const contents = [3, 1, 2].map((id) => aPoint({ key: String(id), id }));
    expect(ids(rank([], { 3: 1, 2: 1, 1: 1 }, { contents }))).toEqual([1, 2, 3]);
  });
});

describe('of memories whose words fit equally well', () => {
  const told = (...dates: string[]) => dates.map((date) => ({ text: 'a ladder', date }));
  const order = (payloads: readonly JsonObject[], request: Partial<RecallRequest> = {}) => {
    // The nearest vector is the oldest one's: chances of spelling.
    const vector = payloads.map((_, index) => ({ key: String(index + 1), score: 0.9 - index / 50 }));
    const scores = Object.fromEntries(payloads.map((_, index) => [index + 1, 7]));
    return rank(payloads, scores, { vector }, request);
  };

  it('the newer come first, and the explanation adds up', () => {
    const ranked = order(told('2024-01-10', '2024-03-01', '2024-05-01'));
    expect(ranked.map(({ content }) => content.id)).toEqual([3, 2, 1]);
    for (const { score, contributions } of ranked) {
      expect(score).toBeCloseTo(
        contributions.reduce((sum, { contribution }) => sum + contribution, 0),
        9,
      );
    }
    expect(ranked[0]?.contributions.find(({ signal }) => signal === 'newer')?.value).toBe(1);
  });

  it('a named time, a weight of ages and another weight decide otherwise', () => {
    const newer = (request: Partial<RecallRequest>) =>
      order(told('2024-01-10', '2024-05-01'), request).flatMap(({ contributions }) =>
        contributions.filter(({ signal }) => signal === 'newer'),
      );
    expect(newer({})).toHaveLength(1);
    expect(newer({ query: 'ladder in January' })).toEqual([]);
    expect(newer({ recency: { weight: 1, halfLifeDays: 1 } })).toEqual([]);
    expect(newer({ mode: 'lexical' })).toEqual([]);
  });

  it('the one that was written again last comes first, and of equal scores the newer one', () => {
    const contents = [1, 2].map((id) =>
      aPoint({ key: String(id), id, payload: { text: 'a ladder' }, createdAtMs: id, version: 1 }),
    );
    const [first, second] = contents.map((content) => ({ ...content, writtenAtMs: 10 - content.id }));
    const ids = (mode: 'hybrid' | 'lexical') =>
      rank([], { 1: 7, 2: 7 }, { contents: [first!, second!] }, { mode }).map(({ content }) => content.id);
    expect(ids('hybrid')).toEqual([1, 2]);
    expect(ids('lexical')).toEqual([1, 2]);
    expect(rank([], { 1: 7, 2: 7 }, { contents }, { mode: 'lexical' }).map(({ content }) => content.id)).toEqual([
      2, 1,
    ]);
  });
});

describe('words for times', () => {
  const dated = (request: Partial<RecallRequest>) =>
    rank(
      [{ text: 'soup', date: '2024-05-14T23:30:00Z' }],
      {},
      {},
      { query: 'soup yesterday', ...request },
    )[0]?.contributions.find(({ signal }) => signal === 'date')?.value;

  it('are counted from the moment that the request gives, in the calendar that it names', () => {
    expect(dated({ askedAt: new Date('2024-05-15T12:00:00Z') })).toBe(1);
    expect(dated({ askedAt: new Date('2024-05-16T00:30:00Z') })).toBeUndefined();
    expect(dated({ askedAt: new Date('2024-05-16T00:30:00Z'), timeZone: 'Europe/Vienna' })).toBe(1);
    expect(dated({ askedAt: new Date('2024-05-15T12:00:00Z'), timeZone: 'Asia/Tokyo' })).toBeLessThan(1);
  });

  it('mean a day as it was written, in whichever calendar', () => {
    const [hit] = rank(
      [{ text: 'soup', date: '2024-05-14' }],
      {},
      {},
      { query: 'soup yesterday', askedAt: new Date('2024-05-15T12:00:00Z'), timeZone: 'America/Los_Angeles' },
    );
    expect(hit?.contributions.find(({ signal }) => signal === 'date')?.value).toBe(1);
  });
});
