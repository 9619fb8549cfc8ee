import { parseCoordinate, type JsonObject } from '@sfm/memory';
import { placeOf, type Core, type Place } from './part.js';
import type { Reading } from './reading.js';

const MAX_PATH_LINKS = 64;

export interface LinkOptions {
  /** @default 'related' */
  readonly linkType?: string;
  /** What it costs to go along the link, 0 or more. @default 1 */
  readonly weight?: number;
}

export interface LinkedOptions {
  readonly linkType?: string;
  /** Most links away, up to 6. @default 1 */
  readonly depth?: number;
}

/** Links memories, and follows links. */
export class Linking {
  constructor(
    private readonly core: Core,
    private readonly reading: Pick<Reading, 'enrichedAt'>,
  ) {}

  async linkMemories(from: Place, to: Place, { linkType = 'related', weight = 1 }: LinkOptions = {}): Promise<void> {
    const { system, namespace } = this.core;
    await system.links.link(namespace, { from, to, type: linkType, weight }, 'from');
  }

  async getLinkedMemories(
    coordinate: Place,
    { linkType, depth = 1 }: LinkedOptions = {},
  ): Promise<readonly JsonObject[]> {
    const { system, namespace } = this.core;
    const query = {
      of: placeOf(coordinate),
      direction: 'out',
      hops: depth,
      order: 'oldest',
      ...typed(linkType),
    } as const;
    const neighbours = await system.graph.neighbours(namespace, query, 'empty');
    const places = new Map(neighbours.map(({ key, coordinate: place }) => [key, place]));
    return this.reading.enrichedAt([...places.values()]);
  }

  async findShortestPath(from: Place, to: Place, linkType?: string): Promise<readonly Place[]> {
    const { system, namespace } = this.core;
    const query = {
      from: placeOf(from),
      to: placeOf(to),
      maxLinks: MAX_PATH_LINKS,
      cost: 'weight',
      ...typed(linkType),
    } as const;
    const path = await system.graph.shortestPath(namespace, query, 'empty');
    return path ? path.nodes.map((key) => parseCoordinate(key, Infinity)) : [];
  }
}

function typed(type: string | undefined): { readonly type?: string } {
  return type === undefined ? {} : { type };
}
