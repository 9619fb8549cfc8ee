import { InvalidRequestError } from '../../model/errors.js';
import type { RecallRequest, RecallResult } from '../contract/recall.types.js';
import { collapseHits } from './collapse-hits.js';
import { fitBudget, MAX_PASSED_OVER } from './fit-budget.js';

/** Share of shingles from which two hits count as one. */
export const DEFAULT_COLLAPSE_THRESHOLD = 0.8;
export const MAX_TOKEN_BUDGET = 1_000_000;
/** A memory of a sentence; with more or fewer the search is repeated or found too deep, never wrong. */
const EXPECTED_TOKENS_PER_HIT = 40;
const FIRST_WIDENING = 2;
const WIDER = 4;

export interface SelectionOptions {
  readonly maxTopK: number;
  readonly textFields: readonly string[];
}

/**
 * Answers a request whose hits are chosen by more than their rank: those that score enough, without near duplicates, as
 * many as fit. Where some fall away, more are asked for, up to `maxTopK`.
 *
 * @param ask recalls the best so many
 */
export async function selectHits(
  request: RecallRequest,
  ask: (topK: number) => Promise<RecallResult>,
  { maxTopK, textFields }: SelectionOptions,
): Promise<RecallResult> {
  const { minScore = -Infinity, collapse, tokenBudget, topK } = request;
  const isPlain = collapse === undefined && tokenBudget === undefined;
  const wanted = tokenBudget === undefined ? topK : maxTopK;
  for (let limit = isPlain ? topK : firstLimit(request, maxTopK); ; limit = Math.min(maxTopK, limit * WIDER)) {
    const result = await ask(limit);
    const scoring = result.hits.filter(({ score }) => score >= minScore);
    const threshold = collapse?.threshold ?? DEFAULT_COLLAPSE_THRESHOLD;
    const distinct = collapse ? await collapseHits(scoring, { threshold, textFields }) : scoring;
    const isAll = isPlain || limit >= maxTopK || scoring.length < limit;
    if (tokenBudget === undefined) {
      if (isAll || distinct.length >= wanted) return { ...result, hits: distinct.slice(0, wanted) };
      continue;
    }
    const { hits, tokens, isFull } = fitBudget(distinct, tokenBudget);
    if (isAll || isFull) return { ...result, hits, tokens };
  }
}

function firstLimit({ tokenBudget, topK }: RecallRequest, maxTopK: number): number {
  const expected =
    tokenBudget === undefined
      ? FIRST_WIDENING * topK
      : MAX_PASSED_OVER + Math.ceil(tokenBudget / EXPECTED_TOKENS_PER_HIT);
  return Math.min(maxTopK, expected);
}

/** @throws InvalidRequestError naming the field that is out of bounds. */
export function checkSelection({ minScore, collapse, tokenBudget }: RecallRequest): void {
  if (minScore !== undefined && !Number.isFinite(minScore)) {
    throw new InvalidRequestError('min_score', 'must be a finite number');
  }
  if (collapse?.threshold !== undefined && !(collapse.threshold > 0 && collapse.threshold <= 1)) {
    throw new InvalidRequestError('collapse.threshold', 'must be a number above 0, at most 1');
  }
  const isBudget = (value: number) => Number.isInteger(value) && value >= 1 && value <= MAX_TOKEN_BUDGET;
  if (tokenBudget !== undefined && !isBudget(tokenBudget)) {
    throw new InvalidRequestError('token_budget', `must be a whole number from 1 to ${MAX_TOKEN_BUDGET}`);
  }
}
