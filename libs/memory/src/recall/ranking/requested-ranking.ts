import { InvalidRequestError } from '../../model/errors.js';
import type { RankingOptions } from '../contract/ranking-options.js';
import type { RecallRequest } from '../contract/recall.types.js';

/** Largest weight that a request may give. */
const MAX_WEIGHT = 1000;

/**
 * Returns the ranking with the weights of the request.
 *
 * @throws InvalidRequestError for weights of a mode that weighs nothing, a lane that there is not, or a number out of range
 */
export function requestedRanking(ranking: RankingOptions, { weights, mode = 'hybrid' }: RecallRequest): RankingOptions {
  if (weights === undefined) return ranking;
  if (mode !== 'hybrid') throw new InvalidRequestError('weights', `must be left out in mode ${mode}: one lane decides`);
  const { lanes = {}, signals = {} } = weights;
  const known = ranking.weights.lanes;
  for (const [lane, weight] of Object.entries(lanes)) {
    if (!Object.hasOwn(known, lane)) {
      throw new InvalidRequestError(
        `weights.${lane}`,
        `must be left out: the lanes are ${Object.keys(known).join(', ')}`,
      );
    }
    checkWeight(`weights.${lane}`, weight, 0);
  }
  for (const [signal, weight] of Object.entries(signals)) {
    // It is the one that counts against a memory.
    checkWeight(`weights.${signal}`, weight, signal === 'asking' ? -MAX_WEIGHT : 0);
  }
  return { ...ranking, weights: { ...ranking.weights, ...signals, lanes: { ...known, ...lanes } } };
}

function checkWeight(field: string, weight: number, least: number): void {
  const most = least < 0 ? 0 : MAX_WEIGHT;
  if (weight >= least && weight <= most) return;
  throw new InvalidRequestError(field, `must be a number from ${least} to ${most}`);
}
