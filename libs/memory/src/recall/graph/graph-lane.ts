import { withinTime } from '../../attempts/within-time.js';
import type { LinkReader } from '../../links/ports/link-reader.port.js';
import { IndexUnavailableError, StoreUnavailableError } from '../../model/errors.js';
import { matchesFilter } from '../../model/filter.js';
import type { Namespace } from '../../model/namespace.js';
import { isValid } from '../../model/validity.js';
import type { RecallRequest } from '../contract/recall.types.js';
import type { Lane, LaneSearch, ProposedCandidate, Proposals, Search } from '../lanes/lane.js';
import { LinkedNamespaces } from './linked-namespaces.js';
import { followLinks } from './link-walk.js';
import { seedsOf } from './seeds.js';
import type { LaneCandidate } from '../../index-model/index-point.js';

export const GRAPH_LANE = 'graph';

/**
 * Finds memories by their links to what the other lanes find. Its own signal is that of `FollowedPath`. In a namespace
 * without links it proposes nothing, and all it costs is to ask whether there are any, while the other lanes are at work.
 */
export class GraphLane implements Lane {
  readonly name = GRAPH_LANE;
  readonly isInProcess = false;
  readonly isFollowing = true;
  private readonly linked: LinkedNamespaces;

  constructor(private readonly links: Pick<LinkReader, 'exists' | 'steps' | 'ended'>) {
    this.linked = new LinkedNamespaces(links);
  }

  open(_request: RecallRequest, namespace: Namespace): LaneSearch {
    const isLinked = this.linked.has(namespace);
    isLinked.catch(() => undefined);
    let walk: Promise<readonly ProposedCandidate[]> | undefined;
    return {
      propose: async (search, limit, found) => {
        // Deeper proposals of the others would hardly bring stronger seeds, so links are followed once.
        walk ??= this.follow(search, found, isLinked);
        return matching(search, await walk, limit);
      },
    };
  }

  /** It is in the range 0..1 as it is. */
  signalsOf(candidates: readonly LaneCandidate[]): ReadonlyMap<string, number> {
    return new Map(candidates.map(({ key, score }) => [key, score]));
  }

  private async follow(search: Search, found: Proposals, isLinked: Promise<boolean>) {
    const { namespace, now, ranking } = search;
    try {
      const walked = await withinTime(ranking.links.timeoutMs, async () => {
        if (!(await isLinked)) return [];
        const seeds = seedsOf(found, ranking.weights, ranking.links.seeds);
        return seeds.length === 0 ? [] : followLinks(seeds, { links: this.links, namespace, now }, ranking.links);
      });
      if (walked) return walked;
    } catch (error) {
      // Whether the truth is there at all, the reading of the hits will tell.
      if (!(error instanceof StoreUnavailableError)) throw error;
      throw new IndexUnavailableError('links cannot be read', { cause: error });
    }
    throw new IndexUnavailableError(`links could not be followed within ${ranking.links.timeoutMs} ms`);
  }
}

/** Returns the best that live, are valid and match the filter. */
async function matching(search: Search, found: readonly ProposedCandidate[], limit: number) {
  const kept: ProposedCandidate[] = [];
  for (let from = 0; from < found.length && kept.length < limit; from += limit) {
    const portion = found.slice(from, from + limit);
    const contents = await search.contentsOf(portion.map(({ key }) => key));
    const fitting = new Set(
      contents
        .filter((content) => matchesFilter(search.request.filter, content) && isValid(content.validity, search.valid))
        .map(({ key }) => key),
    );
    kept.push(...portion.filter(({ key }) => fitting.has(key)));
  }
  return kept.slice(0, limit);
}
