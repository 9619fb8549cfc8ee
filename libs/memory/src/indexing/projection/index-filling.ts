import type { RecallIndexName } from '../../index-model/index-readiness.port.js';

/** Told how filling goes on. */
export interface FillingListener {
  /** Called with the number of memories read so far. */
  readonly onProgress?: (memories: number) => void;
  /** Called when an index is filled while others are not. */
  readonly onLoaded?: (index: RecallIndexName) => void;
}

/** Fills in-process indexes at the start of a process. */
export interface IndexFilling {
  /** Resolves with the number of memories when all are filled. Safe to call again after a failure. */
  load(listener?: FillingListener): Promise<number>;
}
