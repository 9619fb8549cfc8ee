import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openMemorySystem, type MemorySystem } from '@sfm/composition';
import { toNamespace, type RecallHit, type RecallRequest } from '@sfm/memory';
import { seededRandom } from '@sfm/memory/testing';
import { randomUUID } from 'node:crypto';
import { describeWith } from '../services/availability.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';

const describePostgres = await describeWith(['postgres']);

const COMBINATIONS = 150;
const MEMORIES = 60;
const WORDS = ['kettle', 'steam', 'whistle', 'water', 'stove', 'copper', 'morning', 'tea', 'cup', 'garden'];
const SEED = 20_261_130;

const namespace = toNamespace(`sums_${randomUUID()}`);
const random = seededRandom(SEED);
const below = (bound: number) => Math.floor(random() * bound);
const text = () => Array.from({ length: 4 + below(6) }, () => WORDS[below(WORDS.length)]).join(' ');
/** In half of all combinations. */
const maybe = <Part extends object>(part: () => Part): Part | Record<never, never> => (random() < 0.5 ? part() : {});

/** Any parts of a request beside each other, as far as they may stand together. */
function anyRequest(): RecallRequest {
  const mode = (['hybrid', 'hybrid', 'hybrid', 'vector', 'lexical'] as const)[below(5)] ?? 'hybrid';
  const lanes = { lexical: 0.1 + random() * 3, vector: random() * 3, graph: random() * 3 };
  const signals = { session: random() * 2, source: random() * 2, date: random() * 2 };
  return {
    query: text(),
    topK: 1 + below(30),
    mode,
    explain: true,
    ...(mode === 'hybrid' ? maybe(() => ({ weights: { lanes, ...maybe(() => ({ signals })) } })) : {}),
    ...maybe(() => ({ tokenBudget: 10 + below(600) })),
    ...maybe(() => ({ collapse: { threshold: 0.1 + random() * 0.5 } })),
    ...maybe(() => ({ minScore: random() * 0.3 })),
    ...maybe(() => ({ recency: { weight: random() * 5, halfLifeDays: 0.01 + random() } })),
    ...maybe(() => ({ importance: { weight: random() * 5 } })),
    ...maybe(() => ({ keywords: { terms: ['tea', 'cup'], boost: random() * 3, exact: false, caseSensitive: false } })),
    ...maybe(() => ({ context: { session: 'monday' } })),
    ...maybe(() => ({ validity: random() < 0.5 ? ('any' as const) : { withSuperseded: true } })),
    ...maybe(() => ({ whyNot: [below(MEMORIES)] })),
  };
}

function sumOf({ explanation }: Pick<RecallHit, 'explanation'>): number {
  const contributions = explanation?.contributions ?? [];
  for (const { weight, value, contribution } of contributions) expect(weight * value).toBeCloseTo(contribution, 9);
  return contributions.reduce((sum, { contribution }) => sum + contribution, 0);
}

describePostgres('scores, with all that a recall can be asked for at once', () => {
  let database: TestDatabase;
  let system: MemorySystem;

  beforeAll(async () => {
    database = await createTestDatabase();
    system = await openMemorySystem({ truth: { kind: 'server', url: database.url } });
    await system.indexes.whenReady();
    const beginnings = Array.from({ length: 20 }, text);
    const memories = Array.from({ length: MEMORIES }, (_, index) => ({
      coordinate: [index],
      payload: {
        text: `${beginnings[below(20)]} ${text()}`,
        session: index % 2 ? 'monday' : 'tuesday',
        date: '2026-03-01',
      },
      type: 'episodic' as const,
      ...maybe(() => ({ importance: random() * 10 })),
      ...(index > 50 ? { supersedes: [[index - 30]] } : {}),
    }));
    await system.store.storeAll(namespace, memories);
    for (let made = 0; made < 80; made += 1) {
      const [from, to] = [below(MEMORIES), below(MEMORIES)];
      if (from === to) continue;
      await system.links.link(namespace, { from: [from], to: [to], type: 'leads', weight: random() * 3 }, 'none');
    }
  });
  afterAll(async () => {
    await system.close();
    await database.drop();
  });

  it(`are the sums of what is said to make them, to 1e-6 (seed ${SEED})`, async () => {
    let [compared, followed, collapsed, passedOver] = [0, 0, 0, 0];
    for (let round = 0; round < COMBINATIONS; round += 1) {
      const request = anyRequest();
      const { hits, whyNot, tokens, degraded } = await system.recall.recall(namespace, request);
      const told = JSON.stringify({ round, request });
      expect([degraded, told]).toEqual([[], told]);
      for (const [place, hit] of hits.entries()) {
        const off = Math.abs(sumOf(hit) - hit.score);
        if (!(off <= 1e-6)) throw new Error(`${told}: ${hit.memory.key} is off by ${off}`);
        expect(hit.score).toBeLessThanOrEqual(hits[place - 1]?.score ?? Infinity);
        expect(hit.score).toBeGreaterThanOrEqual(request.minScore ?? -Infinity);
        for (const { score } of hit.collapsed ?? []) expect(score).toBeLessThanOrEqual(hit.score);
        followed += hit.explanation?.lanes.some(({ path }) => path) ? 1 : 0;
        collapsed += hit.collapsed?.length ?? 0;
      }
      if (whyNot && whyNot.score !== null && whyNot.contributions.length > 0) {
        const sum = whyNot.contributions.reduce((total, { contribution }) => total + contribution, 0);
        expect(Math.abs(sum - whyNot.score)).toBeLessThanOrEqual(1e-6);
      }
      if (tokens) expect(hits.reduce((sum, hit) => sum + (hit.tokens ?? NaN), 0)).toBe(tokens.used);
      passedOver += tokens?.passedOver ?? 0;
      compared += hits.length;
    }
    // The combinations are worth nothing if they never meet.
    for (const met of [compared, followed, collapsed, passedOver]) expect(met).toBeGreaterThan(20);
  });
});
