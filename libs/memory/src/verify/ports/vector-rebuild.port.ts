import type { IndexChange } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';

/** A new vector index of a namespace, filled beside the one in use. */
export interface IndexDraft {
  /** Like `VectorIndex.apply`, on the draft. */
  apply(changes: readonly IndexChange[]): Promise<void>;
  /**
   * Replaces the index in use by the draft in one step: every search sees either the whole old one or the whole new
   * one.
   */
  publish(): Promise<void>;
  /** Frees the index that the published draft has replaced. */
  retireOld(): Promise<void>;
  /** Frees a draft that is not published. */
  discard(): Promise<void>;
}

/** Rebuilds vector indexes. */
export abstract class VectorRebuild {
  /** Starts an empty draft. Leftovers of an interrupted rebuild of the namespace are freed. */
  abstract begin(namespace: Namespace): Promise<IndexDraft>;
}
