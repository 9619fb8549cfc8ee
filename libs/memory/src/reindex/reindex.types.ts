import type { VerifyListener, VerifyReport } from '../verify/verify.types.js';
import type { Namespace } from '../model/namespace.js';

export interface ReindexProgress {
  /** `filling` the new index, `catching up` with what was written meanwhile, then putting it in place. */
  readonly phase: 'filling' | 'catching up' | 'published';
  readonly namespace: Namespace;
  /** Memories so far. */
  readonly done: number;
  /** Null when it is not known. */
  readonly total: number | null;
}

/** Told how a rebuild goes on, and what the verification after it finds. */
export interface ReindexListener extends Pick<VerifyListener, 'onDifference' | 'onNote'> {
  onProgress?(progress: ReindexProgress): void;
  onVerifyProgress?: VerifyListener['onProgress'];
}

export interface ReindexRequest {
  readonly namespace: Namespace;
  /** For the verification at the end: a write that is not indexed for this long is a difference. */
  readonly maxPendingSeconds: number;
  readonly signal?: AbortSignal;
}

export interface ReindexReport {
  readonly namespace: Namespace;
  /** Memories that were put into the new index from the truth. */
  readonly memories: number;
  /** Embeddings that had to be made, because none of the present embedding space was stored. */
  readonly embedded: number;
  /** Changes that were made while the index was rebuilt, and applied to it. */
  readonly changes: number;
  /** Whether the namespace agrees with its new index. */
  readonly verification: VerifyReport;
}
