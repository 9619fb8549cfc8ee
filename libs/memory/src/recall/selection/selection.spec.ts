import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../../model/errors.js';
import { aMemory } from '../../testing/memory-builder.js';
import { LINEAR_GROWTH, timeGrowth } from '../../testing/time-growth.js';
import type { RecallHit, RecallRequest } from '../contract/recall.types.js';
import { collapseHits } from './collapse-hits.js';
import { similarity, sketchOf } from './near-duplicates.js';
import { checkSelection, selectHits } from './select-hits.js';
import { estimateTokens } from './token-estimate.js';

const hit = (id: number, text: string, score = 1 - id / 1000): RecallHit => ({
  memory: aMemory({ id, contentHash: `${id}`, payload: { text } }),
  score,
});
const words = (count: number, prefix = 'w') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(' ');
const keysOf = (hits: readonly RecallHit[]) => hits.map(({ memory }) => memory.key);
/** Selects of the hits, and notes how many were asked for. */
async function select(hits: readonly RecallHit[], request: Partial<RecallRequest>, maxTopK = 1000) {
  const asked: number[] = [];
  const ask = async (topK: number) => {
    asked.push(topK);
    return { hits: hits.slice(0, topK), degraded: [] };
  };
  const options = { maxTopK, textFields: ['text'] };
  return { ...(await selectHits({ query: 'x', topK: 2, ...request }, ask, options)), asked };
}

describe('the estimate of tokens', () => {
  it.each([
    ['', 0],
    ['kettle', 2],
    ['The kettle is in the blue cupboard.', 10],
    ['12345', 2],
    ['水壶', 2],
    ['чайник', 4],
    ['{"text":"The kettle"}', 8],
    [' \n\t ', 0],
    ['\u{1F600}', 2],
  ])('counts %j as %d', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  it('takes time in proportion to the text', async () => {
    expect(await timeGrowth((size) => estimateTokens('{"a1é '.repeat(size)), 2000)).toBeLessThan(LINEAR_GROWTH);
  });
});

describe('near duplicates', () => {
  const alike = (a: string, b: string) => similarity(sketchOf(a), sketchOf(b));

  it('are texts with the same runs of words, whatever their case and punctuation', () => {
    expect(alike('The kettle is blue.', 'the KETTLE is: blue')).toBe(1);
    expect(alike('the kettle is in the blue cupboard', 'the kettle is in the blue cupboard now')).toBeCloseTo(
      5 / 6,
      10,
    );
    expect(alike('kettle', 'kettle!')).toBe(1);
    expect(alike('invoice 17 was paid', 'invoice 18 was paid')).toBe(0);
    expect(alike('the kettle is not blue', 'the kettle is blue')).toBeLessThan(0.3);
    expect(alike('', '')).toBe(0);
  });

  it('are estimated for long texts, near the truth', () => {
    const [common, ours, theirs] = [words(2000), words(500, 'a'), words(500, 'b')];
    expect(Math.abs(alike(`${common} ${ours}`, `${common} ${theirs}`) - 2000 / 3000)).toBeLessThan(0.1);
    expect(alike(common, common)).toBe(1);
    expect(alike(ours, theirs)).toBe(0);
  });

  it('collapse into the best hit, which names them; the same hits always into the same', async () => {
    const hits = [hit(1, 'a b c d e f g h'), hit(2, words(9)), hit(3, 'A b c d e f g h.'), hit(4, 'a b c d e f g h i')];
    const collapsed = await collapseHits(hits, { threshold: 0.8, textFields: ['text'] });
    expect(keysOf(collapsed)).toEqual(['1', '2']);
    expect(collapsed[0]?.collapsed).toEqual([
      { memory: hits[2]?.memory, score: hits[2]?.score, similarity: 1 },
      { memory: hits[3]?.memory, score: hits[3]?.score, similarity: 6 / 7 },
    ]);
    expect(await collapseHits(hits, { threshold: 0.8, textFields: ['text'] })).toEqual(collapsed);
    expect(keysOf(await collapseHits(hits, { threshold: 1, textFields: ['text'] }))).toEqual(['1', '2', '4']);
  });

  it('are equal payloads too, where there are no words', async () => {
    const signs = [1, 2].map((id) => ({ ...hit(id, '!?'), memory: aMemory({ id, payload: { text: '!?' } }) }));
    expect(keysOf(await collapseHits(signs, { threshold: 1, textFields: ['text'] }))).toEqual(['1']);
  });
});

describe('the selection of hits', () => {
  it('asks once for what is asked for, where nothing else is', async () => {
    const { hits, asked } = await select(
      [1, 2, 3].map((id) => hit(id, words(id))),
      { minScore: 0.9985 },
    );
    expect([keysOf(hits), asked]).toEqual([['1'], [2]]);
  });

  it('asks for more until enough differ, and no further than it may', async () => {
    const same = Array.from({ length: 40 }, (_, index) => hit(index + 1, 'the same old story again'));
    const { hits, asked } = await select([...same, hit(41, 'another one')], { collapse: {} });
    expect([keysOf(hits), hits[0]?.collapsed?.length]).toEqual([['1', '41'], 39]);
    expect(asked).toEqual([4, 16, 64]);
    const bounded = await select(same, { collapse: {} }, 20);
    expect([keysOf(bounded.hits), bounded.asked]).toEqual([['1'], [4, 16, 20]]);
  });

  it('fills a budget with as many as fit, and counts', async () => {
    const small = (id: number) => hit(id, 'kettle');
    const large = hit(2, words(200));
    const each = estimateTokens('{"text":"kettle"}');
    const { hits, tokens } = await select([small(1), large, small(3), small(4)], { tokenBudget: 2 * each + 1 });
    expect(keysOf(hits)).toEqual(['1', '3']);
    expect(hits.map((one) => one.tokens)).toEqual([each, each]);
    expect(tokens).toEqual({ budget: 2 * each + 1, used: 2 * each, passedOver: 2 });
  });

  it('goes on looking while there is room, and gives up after twenty that do not fit', async () => {
    const many = Array.from({ length: 600 }, (_, index) => hit(index + 1, 'kettle'));
    const each = estimateTokens('{"text":"kettle"}');
    const filled = await select(many, { tokenBudget: 500 * each });
    expect([filled.hits.length, filled.tokens?.used]).toEqual([500, 500 * each]);
    const huge = Array.from({ length: 30 }, (_, index) => hit(index + 1, words(100)));
    const { hits, tokens } = await select([...huge, hit(99, 'kettle')], { tokenBudget: each });
    expect([hits, tokens]).toEqual([[], { budget: each, used: 0, passedOver: 20 }]);
  });

  it('combines all three', async () => {
    const hits = [hit(1, 'the kettle is blue'), hit(2, 'The kettle is blue!'), hit(3, 'a ladder'), hit(4, 'low', 0.1)];
    const selected = await select(hits, { tokenBudget: 1000, collapse: {}, minScore: 0.5 });
    expect(keysOf(selected.hits)).toEqual(['1', '3']);
  });

  it.each([
    ['min_score', { minScore: Number.NaN }],
    ['collapse.threshold', { collapse: { threshold: 0 } }],
    ['collapse.threshold', { collapse: { threshold: 1.01 } }],
    ['token_budget', { tokenBudget: 0 }],
    ['token_budget', { tokenBudget: 1.5 }],
    ['token_budget', { tokenBudget: 1_000_001 }],
  ])('refuses %s out of bounds: %j', (field, request) => {
    const check = () => checkSelection({ query: 'x', topK: 1, ...request });
    expect(check).toThrow(InvalidRequestError);
    expect(check).toThrow(field);
  });
});
