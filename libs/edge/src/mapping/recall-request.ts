import { checkContext, type KeywordBoost, type RecallRequest } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { RecallBody } from '../schemas/recall.schemas.js';
import { toMemoryFilter } from './memory-filter.js';
import { toValidityChoice } from './validity.js';

/** @throws InvalidRequestError naming the field that is over a limit or not allowed. */
export function toRecallRequest(body: RecallBody, limits: RequestLimits): RecallRequest {
  const { recency, importance, mode, explain } = body;
  const filter = toMemoryFilter(body);
  const keywords = toKeywords(body, limits);
  if (body.context) checkContext(body.context);
  return {
    query: limits.text(body.query),
    topK: limits.topK(body.top_k),
    mode,
    explain,
    ...(filter ? { filter } : {}),
    ...toValidityChoice(body),
    ...(recency ? { recency: { weight: recency.weight, halfLifeDays: recency.half_life_days } } : {}),
    ...(importance ? { importance } : {}),
    ...(keywords ? { keywords } : {}),
    ...(body.context ? { context: body.context } : {}),
  };
}

function toKeywords({ keywords }: RecallBody, limits: RequestLimits): KeywordBoost | undefined {
  if (!keywords) return undefined;
  const { boost, exact, case_sensitive: caseSensitive } = keywords;
  const terms = keywords.terms.map((term, index) => limits.text(term, `keywords.terms.${index}`));
  return { terms, boost, exact, caseSensitive };
}
