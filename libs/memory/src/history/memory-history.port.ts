import type { Memory, MemoryType } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';

/** What a version held. */
export type VersionContent = Pick<
  Memory,
  'payload' | 'importance' | 'importanceNorm' | 'contentHash' | 'expiresAt' | 'validity'
>;

/** One change of a memory, as the ledger has it. */
export interface LedgerVersion {
  readonly version: number;
  readonly kind: 'created' | 'updated' | 'deleted';
  /** When it was written. */
  readonly at: Date;
  readonly type: MemoryType | null;
  /** True for what was done by an event of another producer. */
  readonly isForeign: boolean;
  /** Null for a deletion, and where an earlier release did not note what was sent. */
  readonly content: VersionContent | null;
}

/** What is at a coordinate now. */
export interface Standing {
  /** The newest version, a deletion included. */
  readonly version: number;
  /** The version that began the present life, or the last one when nothing lives there. */
  readonly createdVersion: number;
  /** Neither deleted nor expired. */
  readonly isLive: boolean;
}

export interface LedgerPlace {
  readonly namespace: Namespace;
  /** `coordinateKey` of the coordinate. */
  readonly key: string;
}

export interface VersionsQuery {
  /** Only versions below this one; from the newest on when omitted. */
  readonly before?: number;
  readonly limit: number;
}

/** Versions, and what is at the coordinate at the same instant; undefined for one that was never written. */
export interface LedgerVersions {
  readonly versions: readonly LedgerVersion[];
  readonly standing: Standing | undefined;
}

/**
 * Reads the versions of one coordinate from the ledger, those of deleted memories included: who may see what is decided
 * by the use cases.
 */
export abstract class MemoryHistory {
  /** Returns versions, newest first. */
  abstract page(place: LedgerPlace, query: VersionsQuery, now: Date): Promise<LedgerVersions>;

  /** Returns the newest version that was written until the moment, if there is one. */
  abstract knownAt(place: LedgerPlace, at: Date, now: Date): Promise<LedgerVersions>;

  /** Returns those of the versions that the ledger has, in no particular order. */
  abstract find(place: LedgerPlace, versions: readonly number[], now: Date): Promise<LedgerVersions>;
}
