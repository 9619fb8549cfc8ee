import type { Namespace } from '../model/namespace.js';
import type { Decay } from './decay-work.js';
import type { RemovalCandidate } from './ports/retained-memories.port.js';
import type { RemovalReason } from './ports/lifecycle-telemetry.port.js';

/** Most memories named for each reason. */
export const SAMPLE_SIZE = 100;

/** What one rule did, or would do. */
export interface Outcome<Named> {
  readonly count: number;
  /** True where counting ended before the memories did. */
  readonly isMore: boolean;
  /** The first of them. */
  readonly sample: readonly Named[];
}

/** What the rules did to a namespace, or would do. */
export interface LifecycleReport {
  readonly namespace: Namespace;
  readonly isDryRun: boolean;
  /** False when something is left to do: the next run goes on. */
  readonly isComplete: boolean;
  readonly removed: Readonly<Record<RemovalReason, Outcome<RemovalCandidate>>>;
  readonly decayed: Outcome<Decay>;
}

/** Counts, and remembers the first ones. */
export class Tally<Named> implements Outcome<Named> {
  count = 0;
  isMore = false;
  readonly sample: Named[] = [];

  add(items: readonly Named[]): void {
    this.count += items.length;
    this.sample.push(...items.slice(0, Math.max(0, SAMPLE_SIZE - this.sample.length)));
  }
}
