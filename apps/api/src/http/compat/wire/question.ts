import type { RequestBounds, RequestLimits } from '@sfm/edge';
import {
  checkConditionCount,
  checkContext,
  checkFilter,
  CONTEXT_BOUNDS,
  InvalidRequestError,
  type JsonObject,
  type JsonValue,
  type KeywordBoost,
  type MemoryFilter,
  type MemoryType,
  type RecallRequest,
} from '@sfm/memory';
import { equalityFilter } from './equality-filter.js';
import { UnreadableFilters } from './fields.js';

/** What a client asks, as its fields were read. */
export interface Asked {
  readonly query: string;
  readonly topK: number;
  /** How many of the best to skip. @default 0 */
  readonly offset?: number;
  readonly type?: MemoryType | undefined;
  readonly filters?: JsonObject | UnreadableFilters | null | undefined;
  readonly mode?: RecallRequest['mode'];
  readonly keywords?: KeywordBoost;
  readonly context?: JsonObject;
}

/** What is recalled for it. */
export interface Question {
  /** Undefined when nothing can be found, whatever is stored. */
  readonly request: RecallRequest | undefined;
  /** What was not taken as it was written, for the client to read. */
  readonly warnings: readonly string[];
}

/** How much a word in the filter `_keywords` weighs: as much as a term has by default. */
const KEYWORD_BOOST = 2;

/** What the importance of a memory weighs, next to the best match of a query with 1: enough to decide between equals. */
const IMPORTANCE_WEIGHT = 0.1;

const NOTHING_MATCHES = 'filters: cannot match any memory; nothing is returned';

/**
 * Turns what existing clients ask into a recall that the service allows, instead of refusing it: a client that gets an
 * error drops its user's question. Never widens what was asked for: where a filter was meant and cannot be read, or can
 * match nothing that is ever stored, nothing is found.
 */
export class QuestionReader {
  private readonly bounds: RequestBounds;

  constructor(private readonly limits: RequestLimits) {
    this.bounds = limits.bounds;
  }

  read(asked: Asked): Question {
    const warnings: string[] = [];
    const keywords = this.keywords(asked, warnings);
    const query = this.text(
      asked.query.trim() === '' ? (asked.keywords?.terms.join(' ') ?? '') : asked.query,
      warnings,
    );
    const topK = this.topK(asked, warnings);
    const filter = this.filter(asked, warnings);
    const context = this.context(asked, warnings);
    if (filter === 'nothing' || query.trim() === '' || topK < 1) return { request: undefined, warnings };
    const request = {
      query,
      topK,
      ...(asked.mode ? { mode: asked.mode } : {}),
      // Scores of vectors alone are similarities that clients compare with numbers of theirs.
      ...(asked.mode === 'vector' ? {} : { importance: { weight: IMPORTANCE_WEIGHT } }),
      ...(filter ? { filter } : {}),
      ...(keywords ? { keywords } : {}),
      ...(context ? { context } : {}),
    };
    return { request, warnings };
  }

  /** Makes a text searchable: without characters that no memory has, and not too long. */
  private text(text: string, warnings: string[], field = 'query'): string {
    const whole = text.replaceAll('\0', ' ').toWellFormed();
    const { maxQueryLength } = this.bounds;
    if (whole.length <= maxQueryLength) return whole;
    warnings.push(`${field}: cut to the first ${maxQueryLength} characters`);
    return whole.slice(0, maxQueryLength).replace(/[\ud800-\udbff]$/, '');
  }

  /** Number of hits to ask for, those that are skipped included. */
  private topK({ topK, offset = 0 }: Asked, warnings: string[]): number {
    const { maxTopK } = this.bounds;
    if (topK < 1 || offset >= maxTopK) return 0;
    if (topK + offset > maxTopK) warnings.push(`top_k: cut to ${maxTopK - offset}`);
    return Math.min(topK + offset, maxTopK);
  }

  private filter({ type, filters }: Asked, warnings: string[]): MemoryFilter | 'nothing' | undefined {
    if (filters instanceof UnreadableFilters) {
      warnings.push(
        filters.isCut ? 'filters: not valid JSON; nothing is returned' : 'filters: no JSON object; ignored',
      );
      return filters.isCut ? 'nothing' : equalityFilter(type);
    }
    if (!filters) return equalityFilter(type);
    const asked = Object.keys(filters).length - (Object.hasOwn(filters, '_keywords') ? 1 : 0);
    checkConditionCount(asked, 'filters');
    const { _keywords, ...equalities } = filters;
    if (!this.canMatch(equalities)) {
      warnings.push(NOTHING_MATCHES);
      return 'nothing';
    }
    const filter = equalityFilter(type, equalities);
    checkFilter(filter, 'filters');
    return filter;
  }

  /** Whether a payload with these values could ever have been stored. */
  private canMatch(equalities: JsonObject): boolean {
    try {
      this.limits.json(equalities, 'filters');
      return true;
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      return false;
    }
  }

  /** Circumstances only rank, so those that cannot be compared are left out. */
  private context({ context }: Asked, warnings: string[]): JsonObject | undefined {
    if (context === undefined) return undefined;
    try {
      const compared = firstKeys(context, CONTEXT_BOUNDS.maxKeys);
      if (compared !== context) warnings.push(`context: cut to the first ${CONTEXT_BOUNDS.maxKeys} values`);
      checkContext(this.limits.json(compared, 'context'));
      return compared;
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error;
      warnings.push('context: cannot be compared with memories; ignored');
      return undefined;
    }
  }

  private keywords({ keywords, filters }: Asked, warnings: string[]): KeywordBoost | undefined {
    const { maxBatchQueries } = this.bounds;
    const most = maxBatchQueries + 1;
    const terms = wishes(filters, most);
    const wished = keywords ?? { terms, boost: KEYWORD_BOOST, exact: false, caseSensitive: false };
    const words = firstWords(wished.terms, most);
    if (words.length > maxBatchQueries) warnings.push(`terms: cut to the first ${maxBatchQueries}`);
    const searched = words.slice(0, maxBatchQueries).map((term) => this.text(term, warnings, 'terms'));
    return searched.length > 0 ? { ...wished, terms: searched } : undefined;
  }
}

/** Returns the first of the terms that are not blank: a body may hold a million. */
function firstWords(terms: Iterable<JsonValue>, most: number): readonly string[] {
  const words: string[] = [];
  for (const term of terms) {
    if (words.length === most) break;
    if (typeof term === 'string' && term.trim() !== '') words.push(term);
  }
  return words;
}

function firstKeys(value: JsonObject, most: number): JsonObject {
  const keys = Object.keys(value);
  if (keys.length <= most) return value;
  return Object.fromEntries(keys.slice(0, most).map((key) => [key, value[key] ?? null]));
}

/** One client wishes for words by a filter of this name, which no payload is to equal. */
function wishes(filters: Asked['filters'], most: number): readonly string[] {
  const words = filters && !(filters instanceof UnreadableFilters) ? filters['_keywords'] : undefined;
  if (typeof words === 'string') return [words];
  return Array.isArray(words) ? firstWords(words, most) : [];
}
