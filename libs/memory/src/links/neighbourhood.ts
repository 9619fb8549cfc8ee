import type { Coordinate } from '../model/coordinate.js';
import { GraphLimitError } from '../model/errors.js';
import type { TouchingLink } from './ports/link-reader.port.js';
import type { Link } from './ports/link.js';

/** A memory that links lead to, or from. */
export interface Neighbour {
  readonly key: string;
  readonly coordinate: Coordinate;
  /** How many links away it is. */
  readonly hops: number;
  /** The last of these links. */
  readonly link: Link;
  /** Whether that link leads to the neighbour or from it. */
  readonly direction: 'out' | 'in';
}

/** Returns the links of coordinates, at most `limit` of each, after a link where there were more. */
export type LookAround = (
  keys: readonly string[],
  page: { readonly limit: number; readonly after?: number },
) => Promise<readonly TouchingLink[]>;

export interface Neighbourhood {
  readonly hops: number;
  /** How many neighbours are enough. */
  readonly wanted: number;
  /** Most links that may be looked at. */
  readonly maxVisited: number;
}

/** Links that are asked for at once: so many of each of so many coordinates. */
const LINKS_AT_ONCE = 4096;
const COORDINATES_AT_ONCE = 64;

/**
 * Collects the neighbours of a coordinate, level by level, and stops when there are enough. Each link to a direct
 * neighbour counts; what is further away comes once, by the first link that reaches it.
 *
 * @throws GraphLimitError when more links would have to be looked at than may be
 */
export async function neighboursWithin(
  start: string,
  look: LookAround,
  { hops, wanted, maxVisited }: Neighbourhood,
): Promise<readonly Neighbour[]> {
  const walk = new Walk(start, look, wanted, maxVisited);
  let level: readonly string[] = [start];
  for (let hop = 1; hop <= hops && level.length > 0 && !walk.isDone; hop += 1) level = await walk.on(level, hop);
  return walk.found;
}

class Walk {
  readonly found: Neighbour[] = [];
  private readonly seen: Set<string>;
  private looked = 0;

  constructor(
    start: string,
    private readonly look: LookAround,
    private readonly wanted: number,
    private readonly maxVisited: number,
  ) {
    this.seen = new Set([start]);
  }

  get isDone(): boolean {
    return this.found.length >= this.wanted;
  }

  /** Looks around one level. Returns the next one. */
  async on(level: readonly string[], hops: number): Promise<readonly string[]> {
    const before = this.found.length;
    for (let place = 0; place < level.length && !this.isDone;) {
      const limit = Math.max(1, Math.min(this.wanted - this.found.length, this.maxVisited + 1 - this.looked));
      const portion = level.slice(place, place + Math.min(COORDINATES_AT_ONCE, Math.ceil(LINKS_AT_ONCE / limit)));
      place += portion.length;
      const links = await this.lookAt(portion, { limit });
      for (const [key, own] of grouped(portion, links)) await this.take(key, own, { hops, limit });
    }
    return [...new Set(this.found.slice(before).map(({ key }) => key))];
  }

  /** Takes the neighbours of a coordinate, and asks for further ones as long as there are some and they are wanted. */
  private async take(key: string, first: readonly TouchingLink[], page: { hops: number; limit: number }) {
    for (let links = first; ;) {
      for (const link of links) this.add(toNeighbour(link, page.hops));
      const last = links.at(-1);
      if (!last || links.length < page.limit || this.isDone) return;
      links = await this.lookAt([key], { limit: page.limit, after: last.link.id });
    }
  }

  private add(neighbour: Neighbour): void {
    if (neighbour.hops > 1 && this.seen.has(neighbour.key)) return;
    this.seen.add(neighbour.key);
    this.found.push(neighbour);
  }

  private async lookAt(...asked: Parameters<LookAround>): Promise<readonly TouchingLink[]> {
    const links = await this.look(...asked);
    this.looked += links.length;
    if (this.looked > this.maxVisited) throw new GraphLimitError(this.maxVisited);
    return links;
  }
}

/** In the order of the keys. */
function grouped(keys: readonly string[], links: readonly TouchingLink[]): Map<string, TouchingLink[]> {
  const groups = new Map(keys.map((key) => [key, [] as TouchingLink[]]));
  for (const link of links) groups.get(link.at)?.push(link);
  return groups;
}

function toNeighbour({ at, link }: TouchingLink, hops: number): Neighbour {
  const isOut = link.from.key === at;
  const { key, coordinate } = isOut ? link.to : link.from;
  return { key, coordinate, hops, link, direction: isOut ? 'out' : 'in' };
}
