import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { Proposal } from '../lanes/lane.js';
import { bestOf, evidenceOf } from './evidence.js';

const said = (signals: Record<string, number>, more: Partial<Proposal> = {}): Proposal => ({
  candidates: [],
  signals: new Map(Object.entries(signals)),
  ...more,
});
const weighed = (lanes: Record<string, number>) => ({ ...DEFAULT_RANKING.weights, lanes });

describe('evidenceOf', () => {
  const proposals = new Map([
    ['lexical', said({ a: 1, b: 0.5 })],
    ['vector', said({ b: 1, c: 0.4 })],
    ['graph', said({ c: 1, d: 1 }, { isFollowing: true })],
  ]);

  it('is what the lanes say together, as a share of the best', () => {
    const { shares, weightOf } = evidenceOf(proposals, weighed({ lexical: 1, vector: 0.8, graph: 1 }));
    expect([...shares]).toEqual([
      ['a', 1 / 1.3],
      ['b', 1],
      ['c', (0.4 * 0.8) / 1.3],
    ]);
    expect([weightOf('lexical'), weightOf('vector'), weightOf('graph')]).toEqual([1 / 1.3, 0.8 / 1.3, 1]);
  });

  it('gives the best what the weightiest lane alone could give', () => {
    const { weightOf } = evidenceOf(proposals, weighed({ lexical: 0.5, vector: 0, graph: 1 }));
    expect([weightOf('lexical'), weightOf('vector')]).toEqual([0.5, 0]);
    const nothing = evidenceOf(new Map([['lexical', said({})]]), weighed({ lexical: 1 }));
    expect([nothing.shares.size, nothing.weightOf('lexical')]).toEqual([0, 1]);
  });

  it('names the best of all lanes, ties by key', () => {
    const evidence = evidenceOf(proposals, weighed({ lexical: 1, vector: 0.5, graph: 1 }));
    expect(bestOf(evidence, 2)).toEqual(['a', 'b']);
  });
});
