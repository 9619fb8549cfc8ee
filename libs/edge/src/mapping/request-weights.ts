import type { RecallRequest } from '@sfm/memory';
import type { RecallBody } from '../schemas/recall.schemas.js';

/** Half-life of a recency that only has a weight. */
const HALF_LIFE_DAYS = 30;

/** Returns what a request says of weights. A weight of 0 turns off what it weighs. */
export function toWeights(body: RecallBody): Pick<RecallRequest, 'recency' | 'importance' | 'weights'> {
  const { lexical, vector, graph, recency: recent, importance: important, ...signals } = body.weights ?? {};
  const recency = recent ?? body.recency?.weight;
  const importance = important ?? body.importance?.weight;
  return {
    ...(recency ? { recency: { weight: recency, halfLifeDays: body.recency?.half_life_days ?? HALF_LIFE_DAYS } } : {}),
    ...(importance ? { importance: { weight: importance } } : {}),
    ...(body.weights ? { weights: { lanes: given({ lexical, vector, graph }), signals: given(signals) } } : {}),
  };
}

function given<Name extends string>(weights: Partial<Record<Name, number | undefined>>): Partial<Record<Name, number>> {
  const kept: Partial<Record<Name, number>> = {};
  for (const name of Object.keys(weights) as Name[]) {
    const weight = weights[name];
    if (weight !== undefined) kept[name] = weight;
  }
  return kept;
}
