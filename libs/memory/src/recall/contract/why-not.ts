import type { Coordinate } from '../../model/coordinate.js';
import type { FilterPart } from '../../model/filter.js';
import type { LaneExplanation, ScoreContribution } from './explanation.js';

/**
 * What became of a memory in a recall:
 *
 * - `recalled`: it is a hit.
 * - `not_found`: nothing lives at the coordinate in this namespace.
 * - `expired`: what lived there has expired, and is not removed yet.
 * - `filtered`: parts of the filter, named in `filters`, keep it out.
 * - `not_valid`: it does not hold at the moment that is asked about, or another one has taken its place.
 * - `lacks_wording`: it lacks a quoted phrase, or has no word of the query in the fields that are asked for.
 * - `outscored`: it was scored, and others scored better.
 * - `below_min_score`: it was scored, and not enough for the request.
 * - `collapsed`: it says nearly the same as a hit, which names it.
 * - `over_budget`: it scored better than the last hit, but did not fit into the token budget.
 * - `below_cut`: lanes know it, but behind the candidates that are scored.
 * - `not_proposed`: no lane finds the query in it.
 */
export type Fate =
  | 'recalled'
  | 'not_found'
  | 'expired'
  | 'filtered'
  | 'not_valid'
  | 'lacks_wording'
  | 'outscored'
  | 'below_min_score'
  | 'collapsed'
  | 'over_budget'
  | 'below_cut'
  | 'not_proposed';

/** How one lane saw a memory. */
export interface LaneView extends Pick<LaneExplanation, 'lane' | 'path'> {
  /** `off`: its weight or the mode keeps it out. `away`: it could not answer, as `RecallResult.degraded` says. */
  readonly state: 'asked' | 'off' | 'away';
  /** Its place in the lane, from 1; null where it is not among the first `looked`. */
  readonly rank: number | null;
  /** The lane's own signal; null where it has no rank. */
  readonly signal: number | null;
  /** The lane's last place whose memory was a candidate. */
  readonly cut: number;
  /** How many places were looked at for this answer. */
  readonly looked: number;
}

export interface WhyNot {
  readonly coordinate: Coordinate;
  readonly fate: Fate;
  /** Which parts of the filter it does not match. */
  readonly filters: readonly FilterPart[];
  /** Empty where it does not get as far as the lanes. */
  readonly lanes: readonly LaneView[];
  /** Its place among all that were scored, from 1; null where it was not. */
  readonly rank: number | null;
  readonly score: number | null;
  /** How the score came about. */
  readonly contributions: readonly ScoreContribution[];
  /** Score of the last hit; null where there are none. */
  readonly needed: number | null;
}
