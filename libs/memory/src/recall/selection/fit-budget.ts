import { stringifyJson } from '../../model/json-number.js';
import type { RecallHit, TokenCount } from '../contract/recall.types.js';
import { estimateTokens } from './token-estimate.js';

/** Hits passed over because they do not fit, after which no smaller one is looked for. */
export const MAX_PASSED_OVER = 20;

export interface Fitted {
  readonly hits: readonly RecallHit[];
  readonly tokens: TokenCount;
  /** True when no further hit could be taken, however many there are. */
  readonly isFull: boolean;
}

/**
 * Takes hits in their order, as long as their tokens fit together. One that does not fit is passed over for smaller ones
 * after it. Counted is the JSON text of the payload: see `estimateTokens`.
 */
export function fitBudget(hits: readonly RecallHit[], budget: number): Fitted {
  const taken: RecallHit[] = [];
  let [used, passedOver] = [0, 0];
  for (const hit of hits) {
    if (passedOver >= MAX_PASSED_OVER || used >= budget) break;
    const tokens = estimateTokens(stringifyJson(hit.memory.payload));
    if (used + tokens > budget) {
      passedOver += 1;
      continue;
    }
    used += tokens;
    taken.push({ ...hit, tokens });
  }
  const isFull = passedOver >= MAX_PASSED_OVER || used >= budget;
  return { hits: taken, tokens: { budget, used, passedOver }, isFull };
}
