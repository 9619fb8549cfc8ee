import type { RequestBounds } from '@sfm/edge';
import type { KeywordQuery } from '@sfm/memory';
import { typeOrNone } from '../wire/fields.js';
import type { KeywordSearchRequest } from './lookup.dto.js';

/** What a literal search looks for. */
export interface AskedKeyword {
  /** Undefined when nothing can be found: an empty term, one that no payload holds, no memory wanted. */
  readonly query: KeywordQuery | undefined;
  readonly warnings: readonly string[];
}

/** A term is never shortened: it is taken literally, and a shorter one would find more than was asked for. */
export function readKeywordQuery(body: KeywordSearchRequest, bounds: RequestBounds): AskedKeyword {
  const { term, exact, case_sensitive: caseSensitive, top_k: topK } = body;
  const { maxTopK, maxQueryLength } = bounds;
  if (term.length > maxQueryLength) {
    return { query: undefined, warnings: [`term: longer than ${maxQueryLength} characters; nothing is returned`] };
  }
  if (term === '' || term.includes('\0') || !term.isWellFormed() || topK < 1) return { query: undefined, warnings: [] };
  const type = typeOrNone(body.type);
  const query = { term, exact, caseSensitive, limit: Math.min(topK, maxTopK), ...(type ? { type } : {}) };
  return { query, warnings: topK > maxTopK ? [`top_k: cut to ${maxTopK}`] : [] };
}
