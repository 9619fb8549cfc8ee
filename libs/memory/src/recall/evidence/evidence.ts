import type { SignalWeights } from '../contract/ranking-options.js';
import { laneWeight } from './lane-weight.js';

/** What lanes say of candidates, 0..1 by key, by lane. */
export type Said = ReadonlyMap<
  string,
  {
    readonly signals: ReadonlyMap<string, number>;
    /** True when the lane started from what others found. */ readonly isFollowing?: boolean;
  }
>;

/** What the lanes that search by the query itself say of candidates, as a share of what they say of the best one. */
export interface Evidence {
  /** 0..1 by key; absent for what only a following lane proposes, or of which nothing is said. */
  readonly shares: ReadonlyMap<string, number>;
  /**
   * The weight of a lane with which the best candidate has as much as the weightiest lane alone could give: so other signals count
   * the same beside one lane and beside several that agree. A following lane keeps its own.
   */
  readonly weightOf: (lane: string) => number;
}

/** Adds up the lanes' signals by their weights, and scales them so that the best candidate has 1. */
export function evidenceOf(proposals: Said, weights: SignalWeights): Evidence {
  const sums = new Map<string, number>();
  let most = 0;
  for (const [lane, { signals, isFollowing }] of proposals) {
    const weight = laneWeight(weights, lane);
    if (isFollowing) continue;
    most = Math.max(most, weight);
    for (const [key, value] of signals) {
      if (value * weight !== 0) sums.set(key, (sums.get(key) ?? 0) + value * weight);
    }
  }
  const best = Math.max(0, ...sums.values());
  const scale = best === 0 ? 1 : most / best;
  return {
    shares: new Map([...sums].map(([key, sum]) => [key, sum / best])),
    weightOf: (lane) => laneWeight(weights, lane) * (proposals.get(lane)?.isFollowing ? 1 : scale),
  };
}

/** The keys of which most is said, at most `count`, best first. */
export function bestOf({ shares }: Evidence, count: number): readonly string[] {
  const ordered = [...shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return ordered.slice(0, count).map(([key]) => key);
}
