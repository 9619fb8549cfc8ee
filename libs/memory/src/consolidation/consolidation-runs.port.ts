import type { Coordinate } from '../model/coordinate.js';
import type { Namespace } from '../model/namespace.js';
import type { ClusterRules } from './consolidation-request.js';

/** What was asked of a run: all that decides its clusters. */
export interface RunRequest extends ClusterRules {
  readonly windowSeconds: number;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** What a run saw. */
export interface RunTotals {
  /** Episodic memories it looked at. */
  readonly lookedAt: number;
  /** True when there were more in the window. */
  readonly hasMore: boolean;
  readonly clusters: number;
  /** Of the clusters, those whose memory was there as it is to be. */
  readonly unchanged: number;
}

/** `running`: begun, and under way or interrupted. `undone`: what it made is gone again. */
export type RunState = 'running' | 'done' | 'undone';

export interface ConsolidationRun {
  readonly id: string;
  readonly namespace: Namespace;
  /** Grows from run to run. */
  readonly number: number;
  readonly state: RunState;
  readonly request: RunRequest;
  readonly startedAt: Date;
  /** Null until it was done. */
  readonly endedAt: Date | null;
  /** Null until it was done. */
  readonly totals: RunTotals | null;
}

/** A memory that a run is to write. */
export interface PlannedItem {
  readonly key: string;
  readonly coordinate: Coordinate;
  /** `Memory.contentHash` of what it is to be. */
  readonly contentHash: string;
  /** The version that lived there, 0 for none. */
  readonly priorVersion: number;
}

/** `undone`: removed, or its prior version restored. `left`: others had changed it since. */
export type ItemOutcome = 'planned' | 'made' | 'undone' | 'left';

export interface RunItem extends PlannedItem {
  /** The version that the run wrote; null until it did. */
  readonly version: number | null;
  readonly outcome: ItemOutcome;
}

export interface RunsPage {
  /** Newest first. */
  readonly runs: readonly ConsolidationRun[];
  /** `before` of the next page. */
  readonly next?: number;
}

/** Keeps what consolidations did, so that an interrupted one can be completed and any can be undone. */
export abstract class ConsolidationRuns {
  /**
   * Notes a new run, and forgets the oldest beyond the newest thousand; or returns the one that was interrupted, if the
   * fingerprint is the same.
   */
  abstract begin(
    namespace: Namespace,
    run: { readonly id: string; readonly fingerprint: string; readonly request: RunRequest },
  ): Promise<ConsolidationRun>;

  /** Notes what is to be written, before it is. Of an item that is there already only the hash changes. */
  abstract plan(namespace: Namespace, id: string, items: readonly PlannedItem[]): Promise<void>;

  /** Notes that an item was written. */
  abstract made(
    namespace: Namespace,
    id: string,
    item: { readonly key: string; readonly version: number },
  ): Promise<void>;

  /** Ends the run; items that were planned and not made are forgotten. */
  abstract finish(namespace: Namespace, id: string, totals: RunTotals): Promise<ConsolidationRun>;

  /** Notes what became of an item when the run was undone. */
  abstract settled(
    namespace: Namespace,
    id: string,
    item: { readonly key: string; readonly outcome: 'undone' | 'left' },
  ): Promise<void>;

  /** Notes that everything is settled. */
  abstract undone(namespace: Namespace, id: string): Promise<ConsolidationRun>;

  abstract find(namespace: Namespace, id: string): Promise<ConsolidationRun | undefined>;

  /** Returns the items of a run by key. */
  abstract items(namespace: Namespace, id: string): Promise<readonly RunItem[]>;

  /** @param query.before continue below this number */
  abstract page(namespace: Namespace, query: { readonly before?: number; readonly limit: number }): Promise<RunsPage>;
}
