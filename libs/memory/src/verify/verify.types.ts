import type { Namespace } from '../model/namespace.js';

/** What two places disagree about. */
export type DifferenceKind =
  | 'content_mismatch'
  | 'coordinate_mismatch'
  | 'ledger_missing'
  | 'ledger_gap'
  | 'ledger_version_mismatch'
  | 'ledger_mismatch'
  | 'ledger_type_mismatch'
  | 'memory_missing'
  | 'namespace_unregistered'
  | 'point_missing'
  | 'point_stale'
  | 'point_ahead'
  | 'point_payload_mismatch'
  | 'point_vector_mismatch'
  | 'point_orphaned'
  | 'point_duplicate'
  | 'point_unindexed'
  | 'link_dangling';

/** One disagreement. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly namespace: Namespace;
  /** Coordinate key; null when it is about the namespace or about no coordinate. */
  readonly key: string | null;
  /** What is there and what should be. */
  readonly detail: string;
  /** True when it is about something derived, which can be rebuilt from the truth. */
  readonly isRepairable: boolean;
}

/** What was compared in a namespace. */
export interface NamespaceTotals {
  readonly namespace: Namespace;
  /** Memories that live. */
  readonly memories: number;
  /** Rows of deleted memories. */
  readonly tombstones: number;
  /** Rows of the ledger. */
  readonly events: number;
  /** Points of the vector index. */
  readonly points: number;
  readonly links: number;
  /** Writes and deletions that are not indexed yet. */
  readonly pending: number;
  /** Memories that were written so often meanwhile that their point could not be judged. */
  readonly moving: number;
  /** Events that wait aside in the outbox because they could not be published. */
  readonly deadLetters: number;
}

export interface VerifyReport {
  readonly agrees: boolean;
  readonly namespaces: readonly NamespaceTotals[];
  /** How many differences of each kind. */
  readonly differences: Readonly<Partial<Record<DifferenceKind, number>>>;
  /** How many differences `repair` put right; null when it was not asked for. */
  readonly repaired: number | null;
}

export interface VerifyProgress {
  readonly phase: 'points' | 'memories' | 'checking again' | 'repairing';
  readonly namespace: Namespace;
  readonly done: number;
  /** Null when it is not known. */
  readonly total: number | null;
}

/** Told what verification finds, while it runs. */
export interface VerifyListener {
  onProgress?(progress: VerifyProgress): void;
  /** In a run with repair: what is wrong before repairing, then what is still wrong after it. */
  onDifference?(difference: Difference, run: 'first' | 'after repair'): void;
  /** Something that is no difference, and worth knowing. */
  onNote?(note: string): void;
}

export interface VerifyRequest {
  /** Default: every namespace that is known. */
  readonly namespaces?: readonly Namespace[];
  readonly repair?: boolean;
  /** A write that is not indexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  readonly signal?: AbortSignal;
}
