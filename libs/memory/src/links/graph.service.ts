import { coordinateKey, type Coordinate } from '../model/coordinate.js';
import { Bulkhead } from '../attempts/bulkhead.js';
import { GraphLimitError, InvalidRequestError, MemoryNotFoundError } from '../model/errors.js';
import type { Namespace } from '../model/namespace.js';
import type { MemoryTelemetry } from '../telemetry/telemetry.port.js';
import { checkLinkType } from './link-command.js';
import {
  MAX_CHEAPEST_PATH_LINKS,
  type CheapestPathQuery,
  type FoundPath,
  type LinkReader,
  type TouchingQuery,
} from './ports/link-reader.port.js';
import type { Link, LinkDirection } from './ports/link.js';
import { neighboursWithin, type LookAround, type Neighbour } from './neighbourhood.js';
import { findShortestPath, type StepSource } from './path/shortest-path.js';

export interface GraphLimits {
  /** Most links that a question for neighbours may look at, and most memories that a long path may reach. */
  readonly maxVisited: number;
  /** Most links that the search for a path of few links may read. */
  readonly maxRead: number;
  /** Searches for paths at once; others wait, so that cheap questions find a connection free. */
  readonly maxSearches: number;
}

/**
 * Existing clients wait 200 ms for a path. Reading 20,000 links takes PostgreSQL about 50 ms of one core, reaching 10,000
 * memories in a long path about 100 ms: `bench/links.mjs`.
 */
export const DEFAULT_GRAPH_LIMITS: GraphLimits = { maxVisited: 10_000, maxRead: 20_000, maxSearches: 4 };

/** Most links between two memories that are neighbours of one another. */
export const MAX_NEIGHBOUR_HOPS = 6;
/** Most links of a path. */
export const MAX_PATH_LINKS = 64;

export interface NeighboursQuery {
  readonly of: Coordinate;
  readonly direction: LinkDirection;
  readonly type?: string;
  /** Most links away. */
  readonly hops: number;
  readonly order: TouchingQuery['order'];
  /** Most neighbours; all of them when omitted. */
  readonly limit?: number;
  /** Neighbours to leave out before the first. */
  readonly offset?: number;
}

export interface PathQuery {
  readonly from: Coordinate;
  readonly to: Coordinate;
  readonly type?: string;
  /** Most links of the path. */
  readonly maxLinks: number;
  /** What is to be small: the sum of the weights, or the number of links. */
  readonly cost: 'weight' | 'links';
}

/** A page of the links of a coordinate. */
export interface LinksQuery extends Pick<TouchingQuery, 'direction' | 'type' | 'after' | 'limit'> {
  readonly of: Coordinate;
  /** Only links whose other end is this coordinate. */
  readonly other?: Coordinate;
}

export interface LinksPage {
  readonly links: readonly Link[];
  /** `after` of the next page; undefined on the last one. */
  readonly next?: number;
}

/** Whether it is an error when nothing lives at a coordinate that is asked about. */
export type UnknownNode = 'refuse' | 'empty';

/** Most paths of fewest links have so many at most; they are found in far less time than one more link takes. */
const FEW_LINKS = 4;

/** Rounds in which nodes are found to have expired, before a path is given up. */
const MAX_DETOURS = 16;

/** Answers questions about links. Every method throws GraphLimitError when too many memories would be looked at. */
export class GraphService {
  private readonly searches: Bulkhead;

  constructor(
    private readonly links: LinkReader,
    private readonly telemetry: MemoryTelemetry,
    private readonly limits: GraphLimits = DEFAULT_GRAPH_LIMITS,
  ) {
    this.searches = new Bulkhead(limits.maxSearches);
  }

  /**
   * Returns the memories around one, the nearest first. A direct neighbour is returned once for each link to it, one
   * further away once.
   *
   * @throws MemoryNotFoundError when neither memory nor link is at the coordinate, unless that is to be empty
   */
  async neighbours(namespace: Namespace, query: NeighboursQuery, unknown: UnknownNode): Promise<readonly Neighbour[]> {
    const { of, direction, type, hops, order, limit = Infinity, offset = 0 } = query;
    checkRange(hops, MAX_NEIGHBOUR_HOPS, 'k_hop');
    if (type !== undefined) checkLinkType(type);
    return this.timed('neighbours', async () => {
      const key = coordinateKey(of);
      const now = new Date();
      const asked = { direction, order, now, ...(type === undefined ? {} : { type }) };
      const look: LookAround = (keys, page) => this.links.touching(namespace, keys, { ...asked, ...page });
      const { maxVisited } = this.limits;
      const found = await neighboursWithin(key, look, { hops, wanted: offset + limit, maxVisited });
      if (found.length === 0 && unknown === 'refuse') {
        const living = await this.links.living(namespace, [key], now);
        if (!living.has(key)) throw new MemoryNotFoundError(namespace, key);
      }
      return found.slice(offset, offset + limit);
    });
  }

  /**
   * Finds the shortest path along the links. Resolves with undefined when there is none.
   *
   * @throws MemoryNotFoundError when there is none and nothing lives at an end, unless that is to be empty
   */
  async shortestPath(namespace: Namespace, query: PathQuery, unknown: UnknownNode): Promise<FoundPath | undefined> {
    checkRange(query.maxLinks, MAX_PATH_LINKS, 'max_depth');
    if (query.type !== undefined) checkLinkType(query.type);
    return this.timed('path', async () => {
      const now = new Date();
      const path = await this.livingPath(namespace, query, now);
      if (path && path.steps.length > 0) return path;
      const ends = [coordinateKey(query.from), coordinateKey(query.to)];
      const living = path || unknown === 'refuse' ? await this.links.living(namespace, ends, now) : undefined;
      const missing = living && ends.find((key) => !living.has(key));
      if (missing === undefined) return path;
      if (unknown === 'refuse') throw new MemoryNotFoundError(namespace, missing);
      return undefined;
    });
  }

  /** Returns links in the order in which they were made. */
  async list(namespace: Namespace, { of, other, limit, ...narrower }: LinksQuery): Promise<LinksPage> {
    if (narrower.type !== undefined) checkLinkType(narrower.type);
    const query: TouchingQuery = {
      ...narrower,
      order: 'oldest',
      limit: limit + 1,
      now: new Date(),
      ...(other ? { other: coordinateKey(other) } : {}),
    };
    const found = await this.timed('list', () => this.links.touching(namespace, [coordinateKey(of)], query));
    const links = found.map(({ link }) => link).slice(0, limit);
    const last = links.at(-1);
    return { links, ...(found.length > limit && last ? { next: last.id } : {}) };
  }

  /** Returns how many links there are in the namespace, or in all of them. Where there are many, a moment ago. */
  count(namespace: Namespace | undefined): Promise<number> {
    return this.links.count(namespace);
  }

  /** A memory that has expired and is not removed yet is gone round. */
  private async livingPath(namespace: Namespace, query: PathQuery, now: Date): Promise<FoundPath | undefined> {
    const [from, to] = [coordinateKey(query.from), coordinateKey(query.to)];
    if (from === to) return { nodes: [from], steps: [], cost: 0 };
    const closed = new Set<string>();
    for (let detours = 0; detours < MAX_DETOURS; detours += 1) {
      const path = await this.searches.run(() => this.search(namespace, query, closed));
      if (!path) return undefined;
      const ended = await this.links.ended(namespace, path.nodes, now);
      if (ended.size === 0) return path;
      if (ended.has(from) || ended.has(to)) return undefined;
      for (const key of ended) closed.add(key);
    }
    throw new GraphLimitError(this.limits.maxVisited);
  }

  /** Paths of few links are found by the store, in one question; of those that may be long, the short ones first. */
  private async search(
    namespace: Namespace,
    query: PathQuery,
    closed: ReadonlySet<string>,
  ): Promise<FoundPath | undefined> {
    const { cost, maxLinks } = query;
    const isShort = maxLinks <= MAX_CHEAPEST_PATH_LINKS;
    if (!isShort && cost === 'weight') return this.searchFar(namespace, query, closed);
    const few = cost === 'links' && maxLinks > FEW_LINKS ? [FEW_LINKS] : [];
    for (const most of [...few, Math.min(maxLinks, MAX_CHEAPEST_PATH_LINKS)]) {
      const { path, isFinal } = await this.searchNear(namespace, { ...query, maxLinks: most }, closed);
      if (path || isFinal) return path;
    }
    return isShort ? undefined : this.searchFar(namespace, query, closed);
  }

  private async searchNear(namespace: Namespace, query: PathQuery, closed: ReadonlySet<string>) {
    const { from, to, type, maxLinks, cost } = query;
    const { maxRead } = this.limits;
    const asked: CheapestPathQuery = {
      from: coordinateKey(from),
      to: coordinateKey(to),
      maxLinks,
      cost,
      closed: [...closed],
      most: maxRead + 1,
      ...(type === undefined ? {} : { type }),
    };
    const found = await this.links.cheapestPath(namespace, asked);
    if (found.looked > maxRead) throw new GraphLimitError(maxRead);
    return found;
  }

  private searchFar(
    namespace: Namespace,
    query: PathQuery,
    closed: ReadonlySet<string>,
  ): Promise<FoundPath | undefined> {
    const { from, to, type, maxLinks: maxHops, cost } = query;
    const typed = type === undefined ? {} : { type };
    const source: StepSource = {
      steps: (direction, asked, most) => this.links.steps(namespace, asked, { direction, limit: most, ...typed }),
      bridges: (asked) => this.links.bridges(namespace, { ...asked, ...typed }),
    };
    const ends = { from: coordinateKey(from), to: coordinateKey(to) };
    return findShortestPath({ ...ends, maxHops, cost, closed, source, maxVisited: this.limits.maxVisited });
  }

  private async timed<T>(operation: 'neighbours' | 'path' | 'list', read: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await read();
    this.telemetry.observeLinks(operation, performance.now() - start);
    return result;
  }
}

/** @throws InvalidRequestError unless it is a whole number from 1 to `most` */
function checkRange(value: number, most: number, field: string): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new InvalidRequestError(field, `must be a whole number from 1 to ${most}`);
}
