import { EMPTY_OVERLAY } from '../index-model/index-point.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { KeywordSearch, type KeywordLookup, type KeywordPage, type KeywordQuery } from '../read/keyword-search.port.js';
import { analyzeQuery } from '../text/text-analyzer.js';

/** Memories that the index names. */
const MAX_NAMED = 500;

/**
 * Looks where the index of words points, too, when a search ends before it has found enough: so a rare word is found in
 * whichever memory, although a search looks at the newest ones only. The index knows whole words in any form; whether a
 * memory satisfies the query is decided by its payload.
 */
export class WordAidedKeywordSearch extends KeywordSearch {
  constructor(
    private readonly keywords: KeywordSearch,
    private readonly index: Pick<LexicalIndex, 'search'>,
  ) {
    super();
  }

  async search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<KeywordPage> {
    const page = await this.keywords.search(namespace, query, now);
    // A continued search has been told already what the index names.
    if (!page.next || query.before) return page;
    const keys = await this.named(namespace, query, now);
    if (keys.length === 0) return page;
    const named = await this.keywords.among(namespace, { ...query, keys }, now);
    const known = new Set(page.memories.map(({ key }) => key));
    const memories = [...page.memories, ...named.filter(({ key }) => !known.has(key))].sort(
      (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id,
    );
    return { memories: memories.slice(0, query.limit), next: page.next };
  }

  among(namespace: Namespace, query: KeywordLookup, now: Date): Promise<readonly Memory[]> {
    return this.keywords.among(namespace, query, now);
  }

  /** Without the index, what the search itself has found still stands. */
  private async named(namespace: Namespace, { term, type }: KeywordQuery, now: Date): Promise<readonly string[]> {
    const { terms } = analyzeQuery(term);
    if (terms.length === 0) return [];
    const filter = type === undefined ? {} : { filter: { type } };
    const query = { terms, limit: MAX_NAMED, nowMs: now.getTime(), ...filter };
    const found = await this.index.search(namespace, query, EMPTY_OVERLAY).catch(() => []);
    return found.map(({ key }) => key);
  }
}
