import type { Namespace } from '../../model/namespace.js';
import type { Link, LinkDirection } from './link.js';

/** Of which links, and in which order, a coordinate's are wanted. */
export interface TouchingQuery {
  readonly direction: LinkDirection;
  readonly type?: string;
  /** Only links whose other end is this coordinate. */
  readonly other?: string;
  readonly order: 'newest' | 'oldest';
  /** What has expired by then is not shown. */
  readonly now: Date;
  /** Most links of each coordinate. */
  readonly limit: number;
  /** Continue after this link; from the first on when omitted. */
  readonly after?: number;
}

/** A link seen from one of its ends. */
export interface TouchingLink {
  /** Key of the end that was asked about. */
  readonly at: string;
  readonly link: Link;
}

/** A place among the links of a coordinate, which are ordered by weight, then by id. */
export interface StepPosition {
  readonly weight: number;
  readonly id: number;
}

/** Whose cheapest links are wanted. */
export interface StepsFrom {
  readonly key: string;
  /** Continue after this place; from the cheapest on when omitted. */
  readonly after?: StepPosition;
}

export interface StepsQuery {
  /** `in`: links are followed against their direction. */
  readonly direction: 'out' | 'in';
  readonly type?: string;
  /** Most links of each coordinate. */
  readonly limit: number;
}

/** A link as a path sees it. */
export interface Step extends StepPosition {
  /** The coordinate that was asked about. */
  readonly at: string;
  /** The coordinate at the other end. */
  readonly other: string;
  readonly type: string;
}

/** Links that lead from one of some coordinates to one of others. */
export interface BridgesQuery {
  readonly type?: string;
  /** Where they may begin; links up to `after` are left out, and those that weigh `below` or more. */
  readonly from: readonly (StepsFrom & { readonly below: number })[];
  readonly to: readonly string[];
}

export interface FoundPath {
  /** Keys of the coordinates, both ends included. */
  readonly nodes: readonly string[];
  /** The links between them. */
  readonly steps: readonly Step[];
  readonly cost: number;
}

/** Most links of a path that `cheapestPath` finds: it looks as far from either end, however little that costs. */
export const MAX_CHEAPEST_PATH_LINKS = 6;

export interface CheapestPathQuery {
  readonly from: string;
  /** Another coordinate than `from`. */
  readonly to: string;
  readonly type?: string;
  /** Most links of the path, up to MAX_CHEAPEST_PATH_LINKS. */
  readonly maxLinks: number;
  /** What is to be small: the sum of the weights, or the number of links. */
  readonly cost: 'weight' | 'links';
  /** Coordinates that no path may touch. */
  readonly closed: readonly string[];
  /** Most links to read in one round of the search. When there are more, `looked` says so and `path` is of no use. */
  readonly most: number;
}

export interface CheapestPath {
  /** How many links were read. */
  readonly looked: number;
  /** True when no path can be found with more links either. */
  readonly isFinal: boolean;
  readonly path?: FoundPath;
}

/**
 * Reads links. Links with an end that has expired are never returned by `touching`; `steps`, `bridges` and `cheapestPath` may
 * return them, and `ended` tells.
 */
export abstract class LinkReader {
  /** Returns the links of the coordinates, those of the first coordinate first. */
  abstract touching(
    namespace: Namespace,
    keys: readonly string[],
    query: TouchingQuery,
  ): Promise<readonly TouchingLink[]>;

  /** Returns the cheapest links of each coordinate, in order of weight and id, grouped by coordinate. */
  abstract steps(namespace: Namespace, from: readonly StepsFrom[], query: StepsQuery): Promise<readonly Step[]>;

  /** Returns links in their direction. */
  abstract bridges(namespace: Namespace, query: BridgesQuery): Promise<readonly Step[]>;

  /** Finds the cheapest path of few links; of those that cost the same, one with the fewest. */
  abstract cheapestPath(namespace: Namespace, query: CheapestPathQuery): Promise<CheapestPath>;

  /** Returns how many links there are in the namespace, or in all of them. Where there are many, a moment ago. */
  abstract count(namespace: Namespace | undefined): Promise<number>;

  /** Returns which of the coordinates held a memory that has expired and is not removed yet. */
  abstract ended(namespace: Namespace, keys: readonly string[], now: Date): Promise<ReadonlySet<string>>;

  /** Returns whether the namespace has any link, whatever became of its ends. Cheap: every recall may ask. */
  abstract exists(namespace: Namespace): Promise<boolean>;

  /** Returns at which of the coordinates a memory lives. */
  abstract living(namespace: Namespace, keys: readonly string[], now: Date): Promise<ReadonlySet<string>>;
}
