import type { VerifyListener, VerifyReport } from '../verify/verify.types.js';
import type { Namespace } from '../model/namespace.js';

export interface ReindexProgress {
  /** `filling` the new index, `catching up` with later writes, then putting it in place. */
  readonly phase: 'filling' | 'catching up' | 'published';
  readonly namespace: Namespace;
  /** Memories so far. */
  readonly done: number;
  /** Null when it is not known. */
  readonly total: number | null;
}

/** Receives the progress of a rebuild, and the findings of the verification after it. */
export interface ReindexListener extends Pick<VerifyListener, 'onDifference' | 'onNote' | 'whenRead'> {
  onProgress?(progress: ReindexProgress): void;
  onVerifyProgress?: VerifyListener['onProgress'];
}

export interface ReindexRequest {
  readonly namespace: Namespace;
  /** For the verification at the end: a write that stays unindexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  readonly signal?: AbortSignal;
}

export interface ReindexReport {
  readonly namespace: Namespace;
  /** Memories copied from the truth into the new index. */
  readonly memories: number;
  /** Embeddings that had to be computed, because none of the current embedding space was stored. */
  readonly embedded: number;
  /** Changes made during the rebuild and applied to the new index. */
  readonly changes: number;
  /** Whether the namespace agrees with its new index. */
  readonly verification: VerifyReport;
}
