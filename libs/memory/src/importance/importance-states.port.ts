import type { Namespace } from '../model/namespace.js';
import type { ImportanceBasis } from './importance-curve.js';
import type { ImportanceState } from './importance-scale.js';

/** What is known of a namespace's importances. */
export interface KnownImportances {
  /** All samples that are committed. */
  readonly state: ImportanceState;
  /** True when so many samples wait to be counted that reading them takes time. */
  readonly isLong: boolean;
}

/**
 * Keeps the importances of every namespace for all processes. Each write of a memory leaves a sample, in its own
 * transaction (see `MemoryWriter.write`), and waits for no other; samples are counted later, each once, by whoever comes.
 */
export abstract class ImportanceStates {
  /**
   * Returns what is committed, whether it is counted or not. A namespace whose memories are older than this record of them
   * begins with the newest of its memories.
   *
   * @throws StoreUnavailableError
   */
  abstract read(namespace: Namespace): Promise<KnownImportances>;

  /**
   * Counts the samples that wait, and lets go of them; does nothing while another process does it.
   *
   * @throws StoreUnavailableError
   */
  abstract count(namespace: Namespace): Promise<void>;

  /**
   * Returns what norms depended on at a moment, once its writes have ended; undefined before the oldest that is kept.
   *
   * @throws StoreUnavailableError
   */
  abstract asOf(namespace: Namespace, at: Date): Promise<ImportanceBasis | undefined>;

  /**
   * Gives a namespace of which nothing is known all that is known of another one, then and now; does nothing else.
   *
   * @throws StoreUnavailableError
   */
  abstract carry(source: Namespace, target: Namespace): Promise<void>;
}
