import { checkContext, InvalidRequestError, type KeywordBoost, type RecallRequest } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import { DEFAULT_TOP_K, type RecallBody } from '../schemas/recall.schemas.js';
import { toMemoryFilter } from './memory-filter.js';
import { toWeights } from './request-weights.js';
import { toValidityChoice } from './validity.js';

/** @throws InvalidRequestError naming the field that is over a limit or not allowed. */
export function toRecallRequest(body: RecallBody, limits: RequestLimits): RecallRequest {
  const { mode, explain } = body;
  const filter = toMemoryFilter(body);
  const keywords = toKeywords(body, limits);
  const collapse = toCollapse(body);
  if (body.context) checkContext(body.context);
  return {
    query: limits.text(body.query),
    ...toExtent(body, limits),
    mode,
    explain,
    ...(filter ? { filter } : {}),
    ...(body.fields ? { fields: body.fields } : {}),
    ...toValidityChoice(body),
    ...toWeights(body),
    ...(body.now === undefined ? {} : { askedAt: new Date(body.now) }),
    ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
    ...(keywords ? { keywords } : {}),
    ...(body.context ? { context: body.context } : {}),
    ...(body.min_score === undefined ? {} : { minScore: body.min_score }),
    ...(collapse ? { collapse } : {}),
    ...(body.why_not === undefined ? {} : { whyNot: limits.coordinateOf(body.why_not, 'why_not') }),
  };
}

/** How many hits are wanted: by their number, or by the room there is for them. */
function toExtent({ top_k: topK, token_budget: tokenBudget }: RecallBody, limits: RequestLimits) {
  if (tokenBudget === undefined) return { topK: limits.topK(topK ?? DEFAULT_TOP_K) };
  if (topK !== undefined) throw new InvalidRequestError('token_budget', 'cannot be given together with top_k');
  return { topK: limits.bounds.maxTopK, tokenBudget };
}

/** False is as if it were not sent; true asks for the default threshold. */
function toCollapse({ collapse = false }: RecallBody): RecallRequest['collapse'] {
  if (typeof collapse === 'boolean') return collapse ? {} : undefined;
  return collapse.threshold === undefined ? {} : { threshold: collapse.threshold };
}

function toKeywords({ keywords }: RecallBody, limits: RequestLimits): KeywordBoost | undefined {
  if (!keywords) return undefined;
  const { boost, exact, case_sensitive: caseSensitive } = keywords;
  const terms = keywords.terms.map((term, index) => limits.text(term, `keywords.terms.${index}`));
  return { terms, boost, exact, caseSensitive };
}
