import type { Coordinate } from './coordinate.js';
import type { JsonObject } from './json.js';
import type { Namespace } from './namespace.js';
import type { Validity } from './validity.js';

export const MEMORY_TYPES = ['episodic', 'semantic'] as const;

/** `episodic`: an event that happened. `semantic`: a fact. */
export type MemoryType = (typeof MEMORY_TYPES)[number];

/** The current state of one memory, as the truth store holds it. Identity is namespace + coordinate. */
export interface Memory {
  /** Creation order within the store; also the point id in derived indexes. Stable for the life of the coordinate. */
  readonly id: number;
  readonly namespace: Namespace;
  readonly coordinate: Coordinate;
  /** `coordinateKey(coordinate)`. */
  readonly key: string;
  readonly type: MemoryType;
  /** The caller's JSON, untouched. */
  readonly payload: JsonObject;
  /** The caller's raw importance, any finite number; null when none was given. */
  readonly importance: number | null;
  /** Adaptive normalisation of `importance`, 0..1. */
  readonly importanceNorm: number;
  /** Grows by one per write, deletions included; never restarts. */
  readonly version: number;
  /** SHA-256 (hex) of the canonical content: type, payload, importance. */
  readonly contentHash: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastAccessedAt: Date | null;
  readonly accessCount: number;
  readonly expiresAt: Date | null;
  /** When the caller says that it holds; absent for always. */
  readonly validity?: Validity;
}
