import { expect, it } from '@jest/globals';
import {
  DEFAULT_BM25,
  inverseDocumentFrequency,
  termScore,
  type IndexPoint,
  type LaneCandidate,
  type Overlay,
} from '@sfm/memory';
import { aPoint, TEST_NOW_MS, upsertOf } from '@sfm/memory/testing';
import fc from 'fast-check';
import { LexicalNamespace } from './lexical-namespace.js';

const WORDS = Array.from({ length: 40 }, (_, rank) => `${'bcdfghjk'[rank % 8]}${'aeiou'[rank % 5]}t${rank}x`);
const TERMS = WORDS.flatMap((words) => [...aPoint({ words }).text.terms.keys()]);
/** A word, common ones far more often. */
const word = fc.tuple(fc.nat(39), fc.nat(39), fc.nat(39)).map((ranks) => WORDS[Math.min(...ranks)]);
const text = fc.array(word, { maxLength: 14 }).map((words) => words.join(' '));
const search = fc.record({
  terms: fc.uniqueArray(fc.constantFrom(...TERMS, 'unknown'), { minLength: 1, maxLength: 8 }),
  limit: fc.integer({ min: 1, max: 5 }),
  share: fc.option(fc.constantFrom(1, 2, 3, 40), { nil: undefined }),
});

function pointOf(words: string, id: number, version = 1): IndexPoint {
  return aPoint({ key: String(id), id, version, words, payload: { part: id % 40 } });
}

/** Scores every point as the formula says. */
function bruteForce(
  points: readonly IndexPoint[],
  terms: readonly string[],
): (LaneCandidate & { readonly id: number })[] {
  const average = points.reduce((sum, { text: { length } }) => sum + length, 0) / points.length;
  const idfOf = (term: string) =>
    inverseDocumentFrequency(points.length, points.filter((point) => point.text.terms.has(term)).length);
  const weights = terms.map((term) => ({ term, idf: idfOf(term) }));
  return points
    .map(({ key, id, text: { terms: counts, length } }) => {
      let score = 0;
      for (const { term, idf } of weights) {
        const count = counts.get(term);
        if (count !== undefined) score += termScore(idf, count, length, average, DEFAULT_BM25);
      }
      return { key, id, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.id - b.id);
}

it('finds what scoring every point finds, with removals, replacements, filters and what is pending', () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 400, size: 'max' }),
      fc.array(fc.tuple(fc.nat(149), fc.option(text)), { maxLength: 30 }),
      fc.array(fc.tuple(fc.nat(170), text), { maxLength: 5 }),
      fc.array(search, { minLength: 1, maxLength: 5 }),
      (texts, changes, pendingTexts, searches) => {
        const held = new LexicalNamespace(DEFAULT_BM25);
        const points = new Map(texts.map((words, id) => [String(id), pointOf(words, id)]));
        for (const point of points.values()) held.apply(upsertOf(point));
        for (const [index, [id, words]] of changes.entries()) {
          const version = index + 2;
          const point = words === null ? undefined : pointOf(words, id, version);
          held.apply(point ? upsertOf(point) : { kind: 'remove', key: String(id), version });
          if (point) points.set(point.key, point);
          else points.delete(String(id));
        }
        const pending = new Map(pendingTexts.map(([id, words]) => [String(id), pointOf(words, id, 1000)]));
        const overlay: Overlay = { hidden: new Set(pending.keys()), points: [...pending.values()] };
        const all = [...new Map([...points, ...pending]).values()];
        for (const { terms, limit, share } of searches) {
          const parts = share === undefined ? undefined : Array.from({ length: 40 / share }, (_, n) => n * share);
          const filter = parts && { payload: [{ path: ['part'], anyOf: parts }] };
          const expected = bruteForce(all, terms).filter(({ id }) => !parts || parts.includes(id % 40));
          const found = held.search({ terms, limit, nowMs: TEST_NOW_MS, ...(filter && { filter }) }, overlay);
          expect(found).toEqual(expected.slice(0, limit).map(({ key, score }) => ({ key, score })));
        }
      },
    ),
    { numRuns: 100 },
  );
});
