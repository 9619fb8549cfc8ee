import type { IndexChange } from '../../index-model/index-point.js';
import type { Namespace } from '../../model/namespace.js';

/** A new vector index of a namespace, filled beside the one that is searched. */
export interface IndexDraft {
  /** As `VectorIndex.apply`, on the draft. */
  apply(changes: readonly IndexChange[]): Promise<void>;
  /** Puts the draft in place of the searched index, in one step: every search sees the old one or the new one, whole. */
  publish(): Promise<void>;
  /** Frees what the published draft has replaced. */
  retireOld(): Promise<void>;
  /** Frees a draft that is not published. */
  discard(): Promise<void>;
}

/** Replaces vector indexes. */
export abstract class VectorRebuild {
  /** Starts an empty draft. What an interrupted rebuild of the namespace left behind is freed. */
  abstract begin(namespace: Namespace): Promise<IndexDraft>;
}
