import { describe, expect, it } from '@jest/globals';
import { InvalidRequestError } from '../../model/errors.js';
import { DEFAULT_RANKING } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';
import { requestedRanking } from './requested-ranking.js';

describe('requestedRanking', () => {
  const ranking = (request: Partial<RecallRequest>) =>
    requestedRanking(DEFAULT_RANKING, { query: 'ladder', topK: 3, ...request });

  it('takes the weights of the request, and the configured ones where it says nothing', () => {
    const { weights, ...sizes } = DEFAULT_RANKING;
    expect(ranking({ weights: { lanes: { vector: 4, graph: 0 }, signals: { session: 0, asking: -3 } } })).toEqual({
      ...sizes,
      weights: { ...weights, session: 0, asking: -3, lanes: { ...weights.lanes, vector: 4, graph: 0 } },
    });
    expect(ranking({ mode: 'lexical' })).toBe(DEFAULT_RANKING);
  });

  it.each<[string, string, Partial<RecallRequest>]>([
    ['a lane that there is not', 'weights.smell', { weights: { lanes: { smell: 1 } } }],
    ['a negative one', 'weights.vector', { weights: { lanes: { vector: -1 } } }],
    ['one that is no number', 'weights.session', { weights: { signals: { session: NaN } } }],
    ['too large a one', 'weights.date', { weights: { signals: { date: 1001 } } }],
    ['a penalty that rewards', 'weights.asking', { weights: { signals: { asking: 0.1 } } }],
    ['those of a mode of one lane', 'weights', { mode: 'vector', weights: { lanes: { vector: 1 } } }],
  ])('refuses %s', (_name, field, request) => {
    const refused = () => ranking(request);
    expect(refused).toThrow(InvalidRequestError);
    expect(refused).toThrow(expect.objectContaining({ field }));
  });
});
