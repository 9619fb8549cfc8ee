import type { Namespace } from '../model/namespace.js';

/** Kind of disagreement between two stores. */
export type DifferenceKind =
  | 'content_mismatch'
  | 'coordinate_mismatch'
  | 'ledger_missing'
  | 'ledger_gap'
  | 'ledger_version_mismatch'
  | 'ledger_mismatch'
  | 'ledger_type_mismatch'
  | 'ledger_altered'
  | 'ledger_unlinked'
  | 'memory_missing'
  | 'text_mismatch'
  | 'namespace_unregistered'
  | 'point_missing'
  | 'point_stale'
  | 'point_ahead'
  | 'point_payload_mismatch'
  | 'point_mismatch'
  | 'point_vector_mismatch'
  | 'point_orphaned'
  | 'point_duplicate'
  | 'point_unindexed'
  | 'index_unusable'
  | 'link_dangling'
  | 'link_missing'
  | 'link_unrecorded'
  | 'link_mismatch';

/** One disagreement. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly namespace: Namespace;
  /** Coordinate key; null when it is about the namespace or about no coordinate. */
  readonly key: string | null;
  /** The actual and the expected state. */
  readonly detail: string;
  /** True when the data is derived and can be rebuilt from the truth. */
  readonly isRepairable: boolean;
}

/** Counts of what was compared in a namespace. */
export interface NamespaceTotals {
  readonly namespace: Namespace;
  /** Live memories. */
  readonly memories: number;
  /** Rows of deleted memories. */
  readonly tombstones: number;
  /** Rows of the ledger. */
  readonly events: number;
  /** Of these, rows from before rows were hashed: what was changed in them is not seen, except in the newest of a memory. */
  readonly unhashed: number;
  /** Points of the vector index. */
  readonly points: number;
  readonly links: number;
  /** Writes and deletions that are not yet indexed. */
  readonly pending: number;
  /** Memories that were written too often during the run for their points to be judged. */
  readonly moving: number;
  /** Dead-lettered events in the outbox that could not be published. */
  readonly deadLetters: number;
}

export interface VerifyReport {
  readonly agrees: boolean;
  readonly namespaces: readonly NamespaceTotals[];
  /** Number of differences by kind. */
  readonly differences: Readonly<Partial<Record<DifferenceKind, number>>>;
  /** Number of differences that were repaired; null when repair was not requested. */
  readonly repaired: number | null;
}

export interface VerifyProgress {
  readonly phase: 'points' | 'memories' | 'checking again' | 'repairing';
  readonly namespace: Namespace;
  readonly done: number;
  /** Null when it is not known. */
  readonly total: number | null;
}

/** Receives the findings of verification while it runs. */
export interface VerifyListener {
  onProgress?(progress: VerifyProgress): void;
  /** In a run with repair: first the differences before repair, then those that remain after it. */
  onDifference?(difference: Difference, run: 'first' | 'after repair'): void;
  /** Something worth knowing that is not a difference. */
  onNote?(note: string): void;
  /** Awaited between portions: resolves when the listener can take more. @throws to end the work */
  whenRead?(): Promise<void>;
}

export interface VerifyRequest {
  /** Default: every known namespace. */
  readonly namespaces?: readonly Namespace[];
  readonly repair?: boolean;
  /** A write that stays unindexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  readonly signal?: AbortSignal;
}
