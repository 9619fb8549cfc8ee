import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startHttp, type HttpHarness } from '../../../../test/http-harness.js';
import { aHit } from '../../../../test/memory-builder.js';
import { client } from '../../../../test/requests.js';

let http: HttpHarness;
const { post } = client(() => http);

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

it('hands every setting on', async () => {
  await post('/v1/recall', {
    query: 'kettle',
    filter: { 'meta.lang': { in: ['en'] } },
    type: 'semantic',
    created_from: '2026-01-01T00:00:00Z',
    mode: 'lexical',
    recency: { weight: 0.5, half_life_days: 7 },
    importance: { weight: 0.2 },
    keywords: { terms: ['blue'] },
    context: { session: 's' },
    explain: true,
  });
  expect(http.recall.lastRequest).toEqual({
    query: 'kettle',
    topK: 10,
    mode: 'lexical',
    explain: true,
    filter: {
      type: 'semantic',
      createdFrom: Date.UTC(2026, 0, 1),
      payload: [{ path: ['meta', 'lang'], anyOf: ['en'] }],
    },
    recency: { weight: 0.5, halfLifeDays: 7 },
    importance: { weight: 0.2 },
    keywords: { terms: ['blue'], boost: 1, exact: false, caseSensitive: false },
    context: { session: 's' },
  });
});

it('answers untouched payloads with scores, explanations and lanes that were missing', async () => {
  const explanation = {
    lanes: [{ lane: 'lexical' as const, rank: 1, signal: 3.2 }],
    overlay: true,
    contributions: [{ signal: 'lexical', value: 1, weight: 1.5, contribution: 1.5 }],
  };
  http.recall.result = { hits: [{ ...aHit(), explanation }], degraded: ['vector'] };
  expect((await post('/v1/recall', { query: 'x', explain: true })).body).toEqual({
    hits: [
      {
        coordinate: [1, 2, 3],
        type: 'episodic',
        payload: { text: 'The kettle is blue' },
        importance: null,
        importance_norm: 0.25,
        version: 2,
        created_at: '2026-03-01T10:00:00.000Z',
        updated_at: '2026-03-01T10:00:00.000Z',
        score: 1.5,
        explanation,
      },
    ],
    degraded: ['vector'],
  });
});
