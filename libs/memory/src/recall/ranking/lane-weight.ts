import type { SignalWeights } from '../contract/ranking-options.js';

/** What a lane counts for. @throws when nobody has said it. */
export function laneWeight({ lanes }: SignalWeights, lane: string): number {
  const weight = lanes[lane];
  if (weight === undefined) throw new Error(`the lane ${lane} of recall has no weight`);
  return weight;
}
