import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IndexUnavailableError } from '@sfm/memory';
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

it('takes weights apart into lanes, signals and what has a field of its own', async () => {
  const asked = async (body: Record<string, unknown>) => {
    const { status } = await post('/v1/recall', { query: 'kettle', ...body });
    expect(status).toBe(200);
    const { recency, importance, weights } = http.recall.lastRequest ?? {};
    return { recency, importance, weights };
  };
  expect(
    await asked({ weights: { vector: 1, graph: 0, session: 0.1, asking: -1, recency: 0.2, importance: 3 } }),
  ).toEqual({
    recency: { weight: 0.2, halfLifeDays: 30 },
    importance: { weight: 3 },
    weights: { lanes: { vector: 1, graph: 0 }, signals: { session: 0.1, asking: -1 } },
  });
  const own = { recency: { weight: 5, half_life_days: 7 }, importance: { weight: 5 } };
  expect(await asked({ ...own, weights: { recency: 0.2, importance: 0 } })).toEqual({
    recency: { weight: 0.2, halfLifeDays: 7 },
    importance: undefined,
    weights: { lanes: {}, signals: {} },
  });
});

it.each([
  [{ weights: { smell: 1 } }, 'smell'],
  [{ weights: { graph: -0.1 } }, 'weights.graph'],
  [{ weights: { lexical: '1' } }, 'weights.lexical'],
  [{ weights: { recency: 1001 } }, 'weights.recency'],
  [{ weights: { asking: 1 } }, 'weights.asking'],
  [{ weights: [] }, 'weights'],
  [{ why_not: 'nowhere' }, 'why_not'],
  [{ why_not: [] }, 'why_not'],
  [{ why_not: [[1, 2]] }, 'why_not'],
])('refuses %j, naming %s', async (body, field) => {
  const { status, body: problem } = await post('/v1/recall', { query: 'kettle', ...body });
  expect(status).toBe(422);
  expect(JSON.stringify(problem)).toContain(field);
});

it('says what kept a memory out, in the words of the request', async () => {
  const whyNot = {
    coordinate: [1, 2],
    fate: 'filtered' as const,
    filters: ['createdFrom' as const, { path: ['meta', 'a.b'] }, { path: ['meta', 'a.b'] }],
    lanes: [],
    rank: null,
    score: null,
    contributions: [],
    needed: 0.5,
  };
  http.recall.result = { hits: [], degraded: [], whyNot };
  const { body } = await post('/v1/recall', { query: 'kettle', why_not: '1,2' });
  expect(http.recall.lastRequest).toMatchObject({ whyNot: [1, 2] });
  expect(body).toEqual({
    hits: [],
    degraded: [],
    index_lag: { events: 0, seconds: 0 },
    why_not: { ...whyNot, filters: ['created_from', String.raw`filter.meta.a\.b`] },
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
    index_lag: { events: 0, seconds: 0 },
  });
});

it('selects by score, likeness and room, and says what became of the rest', async () => {
  const hit = {
    ...aHit(),
    tokens: 9,
    collapsed: [{ memory: aHit({ coordinate: [4] }).memory, score: 1, similarity: 0.9 }],
  };
  const tokens = { budget: 100, used: 9, passedOver: 2 };
  http.recall.result = { hits: [hit], degraded: [], tokens, indexLag: { events: 3, seconds: 1.23456 } };
  const { body } = await post('/v1/recall', { query: 'x', min_score: 0.5, token_budget: 100, collapse: true });
  expect(http.recall.lastRequest).toMatchObject({ minScore: 0.5, tokenBudget: 100, collapse: {} });
  expect(body).toMatchObject({
    hits: [{ tokens: 9, collapsed: [{ coordinate: [4], version: 2, score: 1, similarity: 0.9 }] }],
    tokens: { budget: 100, used: 9, passed_over: 2 },
    index_lag: { events: 3, seconds: 1.235 },
  });
  await post('/v1/recall', { query: 'x', collapse: { threshold: 0.5 } });
  expect(http.recall.lastRequest).toMatchObject({ collapse: { threshold: 0.5 }, topK: 10 });
  await post('/v1/recall', { query: 'x', collapse: false });
  expect(http.recall.lastRequest).not.toHaveProperty('collapse');
});

it.each([
  [{ min_score: 'much' }, 'min_score'],
  [{ min_score: 1e7 }, 'min_score'],
  [{ token_budget: 0 }, 'token_budget'],
  [{ token_budget: 1.5 }, 'token_budget'],
  [{ token_budget: 1_000_001 }, 'token_budget'],
  [{ token_budget: 10, top_k: 3 }, 'token_budget'],
  [{ collapse: { threshold: 0 } }, 'collapse'],
  [{ collapse: { threshold: 2 } }, 'collapse'],
  [{ collapse: { likeness: 0.5 } }, 'collapse'],
  [{ collapse: 'yes' }, 'collapse'],
])('refuses %j and names it', async (fields, field) => {
  const { status, body } = await post('/v1/recall', { query: 'x', ...fields });
  expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining(`"field":"${field}`)]);
});

describe('POST /v1/recall:batch', () => {
  it('takes ten questions about the past and not one more', async () => {
    const past = (count: number) => Array(count).fill({ query: 'tea', as_known_at: '2026-01-01T00:00:00Z' });
    expect((await post('/v1/recall:batch', { questions: past(10) })).status).toBe(200);
    const { status, body } = await post('/v1/recall:batch', { questions: past(11) });
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('at most 10 with as_known_at')]);
  });

  it('answers each question with its own settings, or says what is wrong with it', async () => {
    http.recall.result = { hits: [aHit()], degraded: [] };
    http.forgetCalls();
    const questions = [
      { query: 'kettle', top_k: 3 },
      { query: '' },
      'nonsense',
      { query: 'tea', as_known_at: '2026-01-01T00:00:00Z' },
    ];
    const { status, body } = await post('/v1/recall:batch', { questions });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      answered: 2,
      failed: 2,
      results: [
        { index: 0, status: 200, hits: [{ score: 1.5 }], degraded: [], index_lag: { events: 0, seconds: 0 } },
        { index: 1, status: 422, error: { code: 'invalid_request', errors: [{ field: 'query' }] } },
        { index: 2, status: 422, error: { code: 'invalid_request' } },
        { index: 3, status: 200, hits: [{ score: 1.5 }] },
      ],
    });
    expect(http.calls()).toEqual(['recall', 'recallPast']);
    expect(http.recall.requests.slice(-2).map(({ request }) => [request.query, request.topK])).toEqual([
      ['kettle', 3],
      ['tea', 10],
    ]);
  });

  it('lets one failure alone, with the status that it has alone', async () => {
    http.recall.work = async ({ query }) => {
      if (query === 'bad') throw new IndexUnavailableError('away');
    };
    const { status, body } = await post('/v1/recall:batch', { questions: [{ query: 'bad' }, { query: 'good' }] });
    http.recall.work = async () => undefined;
    expect([status, body]).toMatchObject([
      200,
      { answered: 1, failed: 1, results: [{ status: 503, error: { code: 'index_unavailable' } }, { status: 200 }] },
    ]);
  });

  it('takes as many questions as are allowed, none too', async () => {
    expect(await post('/v1/recall:batch', { questions: [] })).toMatchObject({ status: 200, body: { results: [] } });
    const many = Array.from({ length: 51 }, () => ({ query: 'x' }));
    expect(await post('/v1/recall:batch', { questions: many })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'questions', message: 'must hold at most 50 items, got 51' }] },
    });
    expect(await post('/v1/recall:batch', { queries: ['x'] })).toMatchObject({ status: 422 });
  });
});
