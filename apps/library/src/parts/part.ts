import type { MemorySystem } from '@sfm/composition';
import { toCoordinate, type Coordinate, type JsonObject, type Memory, type Namespace } from '@sfm/memory';
import { toEnriched } from '../model/enriched.js';
import { SealedFields } from '../model/sealed-fields.js';

/** Longest coordinate there can be; how many dimensions are allowed is checked where something is stored. */
const ANY_DIMENSIONS = Infinity;

/** A coordinate as callers write it: any list of finite numbers, at least one. */
export type Place = readonly number[];

/** What every part works on. */
export class Core {
  readonly namespace: Namespace;
  readonly sealed = new SealedFields();

  constructor(readonly system: MemorySystem) {
    this.namespace = system.namespace;
  }

  /** A memory as the caller gets it back. */
  enriched(memory: Memory): JsonObject {
    return this.sealed.open(toEnriched(memory));
  }
}

/** @throws InvalidCoordinateError for an empty list, NaN and infinities */
export function placeOf(place: Place): Coordinate {
  return toCoordinate(place, ANY_DIMENSIONS, 'coordinate');
}
