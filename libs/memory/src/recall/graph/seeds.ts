import { laneWeight } from '../evidence/lane-weight.js';
import { fuse, type LaneSignal } from '../ranking/fusion.js';
import type { SignalWeights } from '../contract/ranking-options.js';
import type { Proposals } from '../lanes/lane.js';

/** A strong hit that links are followed from. */
export interface Seed {
  readonly key: string;
  /** 0..1, see `strengthOf`. */
  readonly strength: number;
}

/**
 * Returns what the lanes say of a memory as a share of the most that they could say, or of 1 where that is less: so a
 * query that no lane knows much about has weak seeds.
 */
export function strengthOf(said: readonly Pick<LaneSignal, 'value' | 'weight'>[], most: number): number {
  return said.reduce((sum, { value, weight }) => sum + value * weight, 0) / Math.max(1, most);
}

/** Returns the strongest candidates, at most `count`, without those that no lane says anything of. */
export function seedsOf(found: Proposals, weights: SignalWeights, count: number): readonly Seed[] {
  const weightOf = (lane: string) => laneWeight(weights, lane);
  const most = [...found.keys()].reduce((sum, lane) => sum + weightOf(lane), 0);
  return [...fuse(found, weightOf)]
    .map(([key, said]) => ({ key, strength: strengthOf(said, most) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength || (a.key < b.key ? -1 : 1))
    .slice(0, count);
}
