import { describe, expect, it } from '@jest/globals';
import type { LaneCandidate } from '../../index-model/index-point.js';
import type { SessionNeighbour } from '../../index-model/lexical-index.port.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import { lexicalSignals } from '../lanes/lexical-lane.js';
import { vectorSignals } from '../lanes/vector-lane.js';
import { shortlist } from './shortlist.js';

interface Listed {
  readonly lexical?: readonly LaneCandidate[];
  readonly vector?: readonly LaneCandidate[];
  readonly neighbours?: readonly SessionNeighbour[];
  readonly size?: number;
}

const list = ({ lexical = [], vector = [], neighbours = [], size = 10 }: Listed) => {
  const proposals = new Map([
    ['lexical', { candidates: lexical, signals: lexicalSignals(lexical), neighbours }],
    ['vector', { candidates: vector, signals: vectorSignals(vector) }],
  ]);
  return shortlist(proposals, size, DEFAULT_RANKING);
};

describe('shortlist', () => {
  const lexical = [
    { key: 'best', score: 9 },
    { key: 'weak', score: 0.9 },
  ];
  const neighbours = [{ of: 'best', key: 'beside', offset: 1 }];

  it('prefers the neighbour of a good match to a weak match', () => {
    expect(list({ lexical, neighbours })).toEqual(['best', 'beside', 'weak']);
    expect(list({ lexical, neighbours, size: 2 })).toEqual(['best', 'beside']);
  });

  it('names each key once, whichever lanes propose it', () => {
    expect(
      list({
        lexical,
        vector: [
          { key: 'weak', score: 0.4 },
          { key: 'odd', score: -0.2 },
        ],
      }),
    ).toEqual(['best', 'weak', 'odd']);
  });

  it('orders equal keys the same way every time', () => {
    const tied = [
      { key: 'b', score: 1 },
      { key: 'a', score: 1 },
    ];
    expect(list({ lexical: tied })).toEqual(list({ lexical: [...tied].reverse() }));
  });
});
