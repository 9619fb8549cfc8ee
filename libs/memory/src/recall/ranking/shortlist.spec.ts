import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import { shortlist, type ShortlistInput } from './shortlist.js';

const list = (input: Partial<ShortlistInput>) =>
  shortlist({ lexical: [], vector: [], neighbours: [], size: 10, ...input }, DEFAULT_RANKING);

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
