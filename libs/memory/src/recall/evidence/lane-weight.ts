import type { SignalWeights } from '../contract/ranking-options.js';

/** Returns the weight of a lane. @throws when none is configured. */
export function laneWeight({ lanes }: SignalWeights, lane: string): number {
  const weight = lanes[lane];
  if (weight === undefined) throw new Error(`the lane ${lane} of recall has no weight`);
  return weight;
}
