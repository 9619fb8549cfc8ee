import type { Coordinate } from '../model/coordinate.js';
import type { ConsolidatedContent, Source } from './consolidated-memory.js';
import type { Ground } from './consolidation-request.js';

/**
 * What is to become of a cluster. `stale`: one of the sources that the memory tells of is gone or does not hold, so it begins another life,
 * and its past goes too. `occupied`: something else lives at the coordinate, and stays. `orphaned`: no source holds any more, so
 * the memory goes. `outlived`: rules have removed all its sources, which it notes.
 */
export type PlannedState = 'new' | 'changed' | 'stale' | 'unchanged' | 'occupied' | 'orphaned' | 'outlived';

export interface PlannedCluster {
  readonly key: string;
  readonly coordinate: Coordinate;
  readonly state: PlannedState;
  readonly by: readonly Ground[];
  /** Oldest first; none of an `orphaned` or `outlived` one. */
  readonly sources: readonly Source[];
  /** What the memory is to say; of an `orphaned` one what it says. */
  readonly content: ConsolidatedContent;
  /** The version that lives at the coordinate, 0 for none. */
  readonly priorVersion: number;
  /** Sources that no link leads to yet. */
  readonly unlinked: readonly Source[];
}
