import type { LaneExplanation } from '../contract/explanation.js';
import type { Proposals } from '../lanes/lane.js';

/** A lane's signal for a candidate, and its contribution to the score: `weight × value`. */
export interface LaneSignal extends LaneExplanation {
  /** The lane's signal scaled to 0..1. */
  readonly value: number;
  readonly weight: number;
}

/** Merges the lanes' lists: for each key, the signals of the lanes that propose it, in lane order. */
export function fuse(
  proposals: Proposals,
  weightOf: (lane: string) => number,
): ReadonlyMap<string, readonly LaneSignal[]> {
  const fused = new Map<string, LaneSignal[]>();
  for (const [lane, { candidates, signals }] of proposals) {
    const weight = weightOf(lane);
    candidates.forEach(({ key, score, path }, index) => {
      const place = { lane, rank: index + 1, signal: score, ...(path ? { path } : {}) };
      const said = { ...place, value: signals.get(key) ?? 0, weight };
      const known = fused.get(key);
      if (known) known.push(said);
      else fused.set(key, [said]);
    });
  }
  return fused;
}
