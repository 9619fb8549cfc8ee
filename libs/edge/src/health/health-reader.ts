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
  readonly components: readonly PartHealth[];
}

/** Checks the health of every part. Never rejects: a part that does not answer within seconds counts as unhealthy. */
export abstract class HealthReader {
  /**
   * @param withinMs parts that have not answered after this many milliseconds count as unhealthy, for callers that
   * cannot wait.
   */
  abstract read(withinMs?: number): Promise<HealthReport>;
}
