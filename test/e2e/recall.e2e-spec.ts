import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RunningService } from './support/running-service.js';
import { caughtUp } from './support/truth.js';

interface Hit {
  coordinate: number[];
  payload: { n: number; tag: string; text: string; meta?: { lang: string }; tags: string[] };
  score: number;
  explanation: {
    overlay: boolean;
    lanes: { lane: string; rank: number; signal: number }[];
    contributions: { weight: number; value: number; contribution: number }[];
  };
}

const TAGS = ['red', 'green', 'blue'];
const THINGS = ['kettle', 'garden', 'train', 'invoice', 'violin', 'harbour', 'lantern'];
const MEMORIES = 240;

const payloadOf = (n: number) => ({
  n,
  tag: TAGS[n % 3] ?? 'red',
  tags: [`t${n % 4}`],
  text: `the ${THINGS[n % 7]} and the ${THINGS[(n * 3 + 1) % 7]} number ${n}`,
  session: `s${Math.floor(n / 8)}`,
  speaker: n % 2 === 0 ? 'Ada' : 'Bruno',
  timestamp: 1_700_000_000 + n * 3600,
  importance: n % 10,
  ...(n % 5 === 0 ? { meta: { lang: n % 10 === 0 ? 'en' : 'fr' } } : {}),
});

describe('recall over HTTP', () => {
  let service: RunningService;
  const recall = async (body: Record<string, unknown>) =>
    (await service.json<{ hits: Hit[] }>('/v1/recall', { body: { explain: true, ...body } })).hits;
  const keys = (hits: readonly Hit[]) => hits.map(({ coordinate }) => coordinate.join(','));

  beforeAll(async () => {
    service = await RunningService.start();
    const items = Array.from({ length: MEMORIES }, (_, n) => ({ coord: `${n},1`, payload: payloadOf(n) }));
    await service.json('/store_bulk', { body: { items } });
  });

  afterAll(() => service.dispose());

  it('gives the same hits, scores and order before and after the index has caught up', async () => {
    const fresh = Array.from({ length: 50 }, (_, n) => ({
      coord: `${n},2`,
      payload: { ...payloadOf(n + MEMORIES), text: `the lantern in the harbour, part ${n}` },
    }));
    await service.json('/store_bulk', { body: { items: fresh } });
    const bodies = ['lantern harbour part', 'who saw the violin', 'Ada about the train number 7'].map((query) => ({
      query,
      top_k: 40,
    }));
    const before = await Promise.all(bodies.map(recall));
    await caughtUp(service);
    const after = await Promise.all(bodies.map(recall));
    expect(after.map(keys)).toEqual(before.map(keys));
    expect(after.map((hits) => hits.map(({ score }) => score))).toEqual(
      before.map((hits) => hits.map(({ score }) => score)),
    );
    expect(after.flat().some(({ explanation }) => explanation.overlay)).toBe(false);
    expect(await Promise.all(bodies.map(recall))).toEqual(after);
  });

  it('finds every memory the moment its store is acknowledged, and what it says now', async () => {
    const misses: string[] = [];
    const agent = async (writer: number) => {
      for (let turn = 0; turn < 40; turn += 1) {
        const coord = `${writer},${turn % 10},3`;
        const word = `word${writer}x${turn}`;
        await service.json('/store', { body: { coord, payload: { text: `remember ${word}` } } });
        const [best] = await recall({ query: word, top_k: 1 });
        if (best?.payload.text !== `remember ${word}`) misses.push(`${coord}: ${best?.payload.text}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, writer) => agent(writer)));
    expect(misses).toEqual([]);
  });

  it('gives the true best matches of a filtered set, as many as asked for or as there are', async () => {
    const everything = await recall({ query: 'the kettle and the violin', top_k: 1000, mode: 'vector' });
    const conditions: [Record<string, unknown>, (payload: Hit['payload']) => boolean][] = [
      [{ tag: 'red' }, ({ tag }) => tag === 'red'],
      [{ tag: { in: ['red', 'blue'] } }, ({ tag }) => tag !== 'green'],
      [{ n: { gte: 20, lt: 60 } }, ({ n }) => n >= 20 && n < 60],
      [{ meta: { exists: false } }, ({ meta }) => meta === undefined],
      [{ 'meta.lang': 'fr' }, ({ meta }) => meta?.lang === 'fr'],
      [{ tags: { contains: 't3' } }, ({ tags }) => tags?.includes('t3') ?? false],
    ];
    const scores = (hits: readonly Hit[]) => hits.map(({ score }) => score);
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(conditions, { minLength: 1 }),
        fc.integer({ min: 1, max: 80 }),
        async (chosen, topK) => {
          const filter = Object.assign({}, ...chosen.map(([part]) => part)) as Record<string, unknown>;
          const parts = conditions.filter(([part]) =>
            Object.entries(part).every(([path, value]) => filter[path] === value),
          );
          const expected = everything.filter(({ payload }) => parts.every(([, matches]) => matches(payload)));
          const hits = await recall({ query: 'the kettle and the violin', top_k: topK, mode: 'vector', filter });
          // Of memories that are equally near, any may be the last.
          expect(scores(hits)).toEqual(scores(expected.slice(0, topK)));
          expect(keys(expected)).toEqual(expect.arrayContaining(keys(hits)));
          const hybrid = await recall({ query: 'the kettle and the violin', top_k: topK, filter });
          expect(hybrid).toHaveLength(Math.min(topK, expected.length));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('explains every score to the last digit', async () => {
    const options = {
      recency: { weight: 0.7, half_life_days: 30 },
      importance: { weight: 0.4 },
      keywords: { terms: ['kettle', 'number 7'], boost: 0.5 },
      context: { tag: 'blue', speaker: 'Ada' },
    };
    const choose = fc.subarray(Object.entries(options));
    await fc.assert(
      fc.asyncProperty(choose, fc.constantFrom('hybrid', 'vector', 'lexical'), async (chosen, mode) => {
        const hits = await recall({
          query: 'what did Ada say about the kettle on 16 November 2023?',
          top_k: 50,
          mode,
          ...Object.fromEntries(chosen),
        });
        expect(hits.length).toBeGreaterThan(0);
        for (const { score, explanation } of hits) {
          const sum = explanation.contributions.reduce((total, { weight, value }) => total + weight * value, 0);
          expect(Math.abs(sum - score)).toBeLessThanOrEqual(1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('finds what only a link leads to, on every route that recalls by all lanes, and says why it did not', async () => {
    const headers = { 'x-soma-namespace': 'linked' };
    const call = <T>(path: string, body: object) => service.json<T>(path, { body, headers });
    const texts = ['The kettle began to whistle', 'Steam leaves through a narrow opening'];
    const fillers = Array.from({ length: 30 }, (_, n) => `The kettle number ${n} stood on the stove`);
    const memories = [...texts, ...fillers].map((text, n) => ({ coordinate: [n], payload: { text } }));
    await call('/v1/memories:batch', { memories });
    const query = 'why does the kettle whistle';
    interface Answer {
      hits: Hit[];
      why_not: { fate: string; lanes: { lane: string; rank: number | null }[] };
    }
    const ask = (body: object = {}) => call<Answer>('/v1/recall', { query, top_k: 3, why_not: [1], ...body });
    const before = await ask();
    expect([keys(before.hits).includes('1'), before.why_not.fate]).toEqual([false, 'outscored']);
    await call('/v1/links', { from: [1], to: [0] });
    const after = await ask({ explain: true });
    expect([keys(after.hits).slice(0, 2), after.why_not.fate]).toEqual([['0', '1'], 'recalled']);
    expect(after.hits[1]?.explanation.lanes.at(-1)).toMatchObject({
      lane: 'graph',
      path: { seed: [0], steps: [{ to: [1], type: 'related', weight: 1, direction: 'in' }] },
    });
    const off = await ask({ weights: { graph: 0 } });
    expect(off.hits).toEqual(before.hits);
    expect(off.why_not.lanes.at(-1)).toMatchObject({ lane: 'graph', state: 'off' });
    for (const path of ['/recall', '/recall_with_scores', '/hybrid_recall_with_scores']) {
      expect(JSON.stringify(await call(path, { query, top_k: 3, hybrid: true }))).toContain('Steam');
    }
  });

  it('answers with what there is when the query has no words to compare', async () => {
    await service.json('/v1/memories', {
      body: { coordinate: [1], payload: {} },
      headers: { 'x-soma-namespace': 'signs' },
    });
    const body = { query: '\u{1F600}', top_k: 5 };
    const { hits } = await service.json<{ hits: Hit[] }>('/v1/recall', {
      body,
      headers: { 'x-soma-namespace': 'signs' },
    });
    expect(keys(hits)).toEqual(['1']);
  });

  it('finds words where they stand side by side, a quoted phrase nowhere else, and only in the fields asked for', async () => {
    const told = [
      'The night train from Oslo to Bergen is full',
      'The night train from Bergen to Oslo is full',
      'Doctor Quill asks who paints',
      'Doctor Who paints',
      'Vitamin D in winter',
      'Of all the pills it is vitamin A that she wants to have in winter',
      'Un café à Zürich'.normalize('NFD'),
      'The pass\u00adphrase hint is marmalade',
    ].map((text, n) => ({ coord: `${n},5`, payload: { text, group: 'wording' } }));
    const titled = { coord: '8,5', payload: { title: 'Marmalade', text: 'Oslo', group: 'wording' } };
    await service.json('/store_bulk', { body: { items: [...told, titled] } });
    const first = async (query: string, more: object = {}) => {
      const hits = await recall({ query, top_k: 3, filter: { group: 'wording' }, ...more });
      for (const { score, explanation } of hits) {
        const sum = explanation.contributions.reduce((total, { contribution }) => total + contribution, 0);
        expect(Math.abs(sum - score)).toBeLessThan(1e-6);
      }
      return keys(hits)[0];
    };
    expect(await first('train from Bergen to Oslo')).toBe('1,5');
    expect(await first('train from Oslo to Bergen')).toBe('0,5');
    expect(await first('Doctor Who')).toBe('3,5');
    expect(await first('vitamin A')).toBe('5,5');
    for (const mode of ['hybrid', 'lexical', 'vector']) {
      const demanded = { query: 'train "to Bergen"', mode, filter: { group: 'wording' } };
      expect(keys(await recall(demanded))).toEqual(['0,5']);
      expect(await recall({ ...demanded, query: '“to Trondheim” train' })).toEqual([]);
      expect(keys(await recall({ query: 'marmalade', mode, fields: ['title'], filter: { group: 'wording' } }))).toEqual(
        ['8,5'],
      );
    }
    expect(await first('"café à zurich"')).toBe('6,5');
    const noise = Array.from({ length: 2300 }, (_, n) => `INFO worker ${n} saw the train from Oslo to Bergen`).join(
      '\n',
    );
    expect(noise.length).toBeGreaterThan(100_000);
    expect(await first(`${noise}\nNow tell me: what is the passphrase hint?`)).toBe('7,5');
    for (const term of ['Café à Zürich', 'Café à Zürich'.normalize('NFD'), 'passphrase']) {
      const { results } = await service.json<{ results: unknown[] }>('/keyword_search', {
        body: { term, exact: false },
      });
      expect(results).toHaveLength(1);
    }
    for (const fields of [[], [''], Array.from({ length: 17 }, () => 'a')]) {
      const refused = await service.request('/v1/recall', { body: { query: 'x', fields } });
      expect(refused.status).toBe(422);
      expect(await refused.text()).toContain('fields');
    }
  });

  it('forgets a deleted memory at once, on every route', async () => {
    await service.json('/store', { body: { coord: '7,7,7', payload: { text: 'the xylophone secret' } } });
    expect((await service.request('/v1/memories/7,7,7', { method: 'DELETE' })).status).toBe(204);
    expect(keys(await recall({ query: 'xylophone secret', top_k: 1000 }))).not.toContain('7,7,7');
    expect((await service.request('/v1/memories/7,7,7')).status).toBe(404);
    expect(await service.json('/payloads', { body: { coords: ['7,7,7'] } })).toEqual({ payloads: [] });
    expect(await service.json('/keyword_search', { body: { term: 'xylophone', exact: false } })).toEqual({
      results: [],
    });
    expect(await service.json('/range?min=7,7,7&max=7,7,7')).toEqual({ coords: [] });
    await caughtUp(service);
    expect(keys(await recall({ query: 'xylophone secret', top_k: 1000 }))).not.toContain('7,7,7');
  });
});
