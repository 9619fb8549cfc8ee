/** State of one part the service depends on. */
export interface PartHealth {
  /** Technology or role, e.g. `postgresql`. */
  readonly name: string;
  readonly healthy: boolean;
  /** How long the check took. */
  readonly latencyMs: number;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What the parts say about themselves right now. */
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

/** Asks every part how it is. Never rejects: a part that does not answer within seconds is unhealthy. */
export abstract class HealthReader {
  /** @param withinMs counts parts as unhealthy that have not answered by then, for callers that cannot wait. */
  abstract read(withinMs?: number): Promise<HealthReport>;
}
