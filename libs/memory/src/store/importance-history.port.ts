/** Tells which importances a namespace has lately seen. */
export abstract class ImportanceHistory {
  /** The newest raw importances of a namespace, for seeding its adaptive normalisation; newest last. */
  abstract recentImportances(namespace: string, limit: number): Promise<readonly number[]>;
}
