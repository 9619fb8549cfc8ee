import type { Namespace } from '../model/namespace.js';

/** Reads the recent importances of a namespace. */
export abstract class ImportanceHistory {
  /** Returns the newest raw importances of a namespace, to seed its adaptive normalisation; newest last. */
  abstract recentImportances(namespace: Namespace, limit: number): Promise<readonly number[]>;
}
