/** State of one part the service depends on. */
export interface PartHealth {
  /** Technology or role, e.g. `postgresql`. */
  readonly name: string;
  readonly healthy: boolean;
  /** Duration of the check. */
  readonly latencyMs: number;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Current state of the parts that the service depends on. */
export interface HealthReport {
  /** The truth store answers. */
  readonly kvStore: boolean;
  /** The vector index answers. */
  readonly vectorStore: boolean;
  /** The store of links answers. */
  readonly graphStore: boolean;
  /** The embedder answers. */
  readonly predictionProvider: boolean;
  /** Why a store or a recall would not be answered now; absent when both would. */
  readonly obstacle?: string;
  readonly components: readonly PartHealth[];
}

/**
 * Checks the health of every part. Never rejects: a part that does not answer within seconds counts as unhealthy. Costs
 * next to nothing however often it is asked: results are about a second old, and all callers share a check.
 */
export abstract class HealthReader {
  /**
   * Returns the same object while nothing was checked anew.
   *
   * @param withinMs parts that have not answered after this many milliseconds count as unhealthy, for callers that
   * cannot wait.
   */
  abstract read(withinMs?: number): Promise<HealthReport>;
}
