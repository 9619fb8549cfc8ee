import type { LaneExplanation } from '../contract/recall.types.js';
import type { Proposals } from '../lanes/lane.js';

/** How a lane saw a candidate, and what that adds to its score: `weight × value`. */
export interface LaneSignal extends LaneExplanation {
  /** The lane's signal on the scale of the weights. */
  readonly value: number;
  readonly weight: number;
}

/** Merges the lists of the lanes: by key, what each lane that proposes it says, in the order of the lanes. */
export function fuse(
  proposals: Proposals,
  weightOf: (lane: string) => number,
): ReadonlyMap<string, readonly LaneSignal[]> {
  const fused = new Map<string, LaneSignal[]>();
  for (const [lane, { candidates, signals }] of proposals) {
    const weight = weightOf(lane);
    candidates.forEach(({ key, score }, index) => {
      const said = { lane, rank: index + 1, signal: score, value: signals.get(key) ?? 0, weight };
      const known = fused.get(key);
      if (known) known.push(said);
      else fused.set(key, [said]);
    });
  }
  return fused;
}
