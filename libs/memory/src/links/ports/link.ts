import type { Coordinate } from '../../model/coordinate.js';
import type { JsonObject } from '../../model/json.js';
import type { Namespace } from '../../model/namespace.js';

/** An end of a link. */
export interface LinkEnd {
  readonly coordinate: Coordinate;
  readonly key: string;
}

/** A directed, typed, weighted relation between two coordinates of a namespace: one per from, to and type. */
export interface Link {
  readonly namespace: Namespace;
  /** Grows in the order in which links were first made; a link that is made again keeps it. */
  readonly id: number;
  readonly from: LinkEnd;
  readonly to: LinkEnd;
  readonly type: string;
  /** Finite and not negative: the cost of going along it. */
  readonly weight: number;
  readonly metadata: JsonObject;
  /** Grows by one with every change of weight, metadata or an end that lives again. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Which way links are followed: from the memory they lead away from, to it, or either. */
export const LINK_DIRECTIONS = ['out', 'in', 'both'] as const;
export type LinkDirection = (typeof LINK_DIRECTIONS)[number];

/** Longest name of a type, in characters. */
export const MAX_LINK_TYPE_LENGTH = 128;
