import type { Coordinate } from '../../model/coordinate.js';

/** One link of a followed path. */
export interface FollowedStep {
  /** Where the step leads, whichever way the link points. */
  readonly to: Coordinate;
  readonly type: string;
  readonly weight: number;
  /** `out`: along the link; `in`: against it. */
  readonly direction: 'out' | 'in';
}

/**
 * How links lead from a strong hit to a memory. The signal of such a memory is
 * `strength × fading^(steps − 1) × dimming^(sum of the weights)`, see `LinkFollowing`.
 */
export interface FollowedPath {
  /** Where the strong hit lives. */
  readonly seed: Coordinate;
  /** What the other lanes say of it, 0..1: see `strengthOf`. */
  readonly strength: number;
  readonly steps: readonly FollowedStep[];
}
