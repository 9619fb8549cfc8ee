import type { LaneCandidate } from '../../index-model/index-point.js';
import type { LexicalIndex, SessionNeighbour } from '../../index-model/lexical-index.port.js';
import { analyzeQuery } from '../../text/query-analysis.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import { matchesInFields } from './field-matches.js';
import { indexQuery } from './index-query.js';
import type { Lane, LaneSearch, Search } from './lane.js';

export const LEXICAL_LANE = 'lexical';

/** Finds memories by the words of the query. Its own signal is the BM25 score. */
export class LexicalLane implements Lane {
  readonly name = LEXICAL_LANE;
  readonly isInProcess = true;
  readonly signalsOf = lexicalSignals;

  constructor(
    private readonly index: Pick<LexicalIndex, 'search' | 'neighbours'>,
    private readonly ranking: Pick<RankingOptions, 'candidates' | 'neighbourReach'>,
  ) {}

  open(): LaneSearch {
    return {
      propose: (search, limit) => this.matches(search, limit),
      neighboursOf: (search, keys) => this.neighboursOf(search, keys),
    };
  }

  private async matches(search: Search, limit: number): Promise<readonly LaneCandidate[]> {
    const { namespace, request, overlay } = search;
    const { terms, weights } = analyzeQuery(request.query);
    const ask = (most: number) =>
      this.index.search(namespace, { ...indexQuery(search, most, this.name), terms, weights }, overlay);
    return request.fields
      ? matchesInFields({ search, fields: request.fields, lane: this.name, ask }, limit)
      : ask(limit);
  }

  private neighboursOf(search: Search, keys: readonly string[]): Promise<readonly SessionNeighbour[]> {
    const { candidates, neighbourReach: reach } = this.ranking;
    return this.index.neighbours(
      search.namespace,
      { ...indexQuery(search, candidates, this.name), keys, reach },
      search.overlay,
    );
  }
}

/**
 * Scales BM25 to a share of the best match, by key: BM25 has no scale of its own, and this makes queries comparable.
 */
export function lexicalSignals(matches: readonly LaneCandidate[]): ReadonlyMap<string, number> {
  const best = matches.reduce((highest, { score }) => Math.max(highest, score), 0);
  return new Map(best > 0 ? matches.map(({ key, score }) => [key, score / best]) : []);
}
