import type { Namespace } from '../model/namespace.js';

/** Tells which importances a namespace has lately seen. */
export abstract class ImportanceHistory {
  /** The newest raw importances of a namespace, for seeding its adaptive normalisation; newest last. */
  abstract recentImportances(namespace: Namespace, limit: number): Promise<readonly number[]>;
}
