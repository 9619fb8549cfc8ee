import type { Coordinate } from '../../model/coordinate.js';
import type { JsonObject } from '../../model/json.js';
import type { MemoryType } from '../../model/memory.js';
import type { Validity } from '../../model/validity.js';

/** What a memory holds, in one of its versions. */
export interface PortableContent {
  readonly type: MemoryType;
  readonly payload: JsonObject;
  readonly importance: number | null;
  readonly importanceNorm: number;
  readonly expiresAt: Date | null;
  /** Absent for a memory that always holds. */
  readonly validity?: Validity;
}

/** A version before the newest one. */
export interface PortableVersion {
  readonly version: number;
  readonly change: 'created' | 'updated' | 'deleted';
  /** When it was written. */
  readonly at: Date;
  /** Null for a deletion that was taken back later. */
  readonly content: PortableContent | null;
}

/** The embedding of a memory's text. */
export interface PortableVector {
  /** `Embedder.space` */
  readonly space: string;
  readonly values: Float32Array;
}

/** A memory as it moves from one place to another. */
export interface PortableMemory extends PortableContent {
  readonly coordinate: Coordinate;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Absent when it was not asked for, or is not kept. */
  readonly vector?: PortableVector;
  /** Earlier versions of its present life, oldest first; empty when they were not asked for. */
  readonly versions: readonly PortableVersion[];
}
