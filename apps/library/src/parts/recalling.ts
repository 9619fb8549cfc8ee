import type { JsonObject, KeywordBoost, MemoryFilter, RecallHit, RecallRequest } from '@sfm/memory';
import type { ScoredMemory } from '../model/enriched.js';
import type { Hooks } from '../model/hooks.js';
import { termsOf } from '../model/hybrid-terms.js';
import { checkType, type MemoryType } from '../model/vocabulary.js';
import type { Core } from './part.js';

export interface RecallOptions {
  /** @default 5 */
  readonly topK?: number;
  readonly memoryType?: MemoryType;
}

export interface ContextRecallOptions extends RecallOptions {
  /** Circumstances: payloads that share its top-level values rank higher. */
  readonly context?: JsonObject;
}

export interface FilteredRecallOptions extends RecallOptions {
  /** Top-level values that a payload must have. */
  readonly filters?: JsonObject;
}

export interface HybridRecallOptions extends RecallOptions {
  /** Words that weigh extra. @default those that the question names word for word */
  readonly terms?: readonly string[];
  /** A whole text field equals a term; otherwise one contains it. @default true */
  readonly exact?: boolean;
  /** @default false */
  readonly caseSensitive?: boolean;
  /** Added to the score for each term that a payload has. @default 2 */
  readonly boost?: number;
}

/** Finds the memories that answer a question. */
export class Recalling {
  constructor(
    private readonly core: Core,
    private readonly hooks: Hooks,
  ) {}

  async recall(query: string, options: ContextRecallOptions = {}): Promise<readonly JsonObject[]> {
    const { context, topK = 5, memoryType } = options;
    await this.hooks.fire('before_recall', query, context, topK, memoryType);
    const results = await this.payloads(query, options);
    await this.hooks.fire('after_recall', query, context, topK, memoryType, results);
    return results;
  }

  async hybridRecall(query: string, options: HybridRecallOptions = {}): Promise<readonly JsonObject[]> {
    return (await this.hybridRecallWithScores(query, options)).map(({ payload }) => payload);
  }

  async hybridRecallWithScores(query: string, options: HybridRecallOptions = {}): Promise<readonly ScoredMemory[]> {
    const { terms = [], exact = true, caseSensitive = false, boost = 2 } = options;
    const wanted = terms.length > 0 ? terms : termsOf(query);
    const keywords: KeywordBoost = { terms: wanted, exact, caseSensitive, boost };
    return (await this.hits(query, options, wanted.length > 0 ? { keywords } : {})).map((hit) => this.scored(hit));
  }

  async recallWithScores(query: string, options: RecallOptions = {}): Promise<readonly ScoredMemory[]> {
    return (await this.hits(query, options, { mode: 'vector' })).map((hit) => this.scored(hit));
  }

  async payloads(query: string, options: ContextRecallOptions & FilteredRecallOptions): Promise<readonly JsonObject[]> {
    const { context } = options;
    const hits = await this.hits(query, options, context ? { context } : {});
    return hits.map(({ memory }) => this.core.enriched(memory));
  }

  private scored({ memory, score }: RecallHit): ScoredMemory {
    return { payload: this.core.enriched(memory), score };
  }

  private async hits(
    query: string,
    { topK = 5, memoryType, filters }: FilteredRecallOptions,
    more: Partial<RecallRequest>,
  ): Promise<readonly RecallHit[]> {
    const { system, namespace } = this.core;
    const filter = filterOf(memoryType, filters);
    const { hits } = await system.recall.recall(namespace, { query, topK, filter, ...more });
    return hits;
  }
}

function filterOf(memoryType: MemoryType | undefined, filters: JsonObject = {}): MemoryFilter {
  return {
    ...(memoryType === undefined ? {} : { type: checkType(memoryType) }),
    payload: Object.entries(filters).map(([name, equals]) => ({ path: [name], equals })),
  };
}
