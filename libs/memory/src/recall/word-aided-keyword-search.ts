import type { IndexReadiness } from '../index-model/index-readiness.port.js';
import type { PendingMemories } from '../index-model/pending-memories.port.js';
import { IndexUnavailableError } from '../model/errors.js';
import { EMPTY_OVERLAY } from '../index-model/index-point.js';
import type { LexicalIndex } from '../index-model/lexical-index.port.js';
import type { Memory } from '../model/memory.js';
import type { Namespace } from '../model/namespace.js';
import { KeywordSearch, type KeywordLookup, type KeywordPage, type KeywordQuery } from '../read/keyword-search.port.js';
import { analyzeQuery } from '../text/query-analysis.js';

/** Memories that the index names. */
const MAX_NAMED = 500;
/** Memories that wait to be indexed, and are looked at one by one. */
const MAX_PENDING = 500;

/**
 * Asks the index of words first, which knows all payloads: the answer is whole then, and confirmed by the truth. While the
 * index is being filled, for very short terms and for what very many memories hold, the truth is searched instead.
 *
 * That looks where the index of words points, too, when a search ends before it has found enough: so a rare word is found in
 * whichever memory, although a search looks at the newest ones only. The index knows whole words in any form; whether a
 * memory satisfies the query is decided by its payload.
 */
export class WordAidedKeywordSearch extends KeywordSearch {
  constructor(
    private readonly keywords: KeywordSearch,
    private readonly index: Pick<LexicalIndex, 'search' | 'holding'>,
    private readonly readiness: Pick<IndexReadiness, 'whenSearchable'>,
    private readonly pending: Pick<PendingMemories, 'versions'>,
  ) {
    super();
  }

  async search(namespace: Namespace, query: KeywordQuery, now: Date): Promise<KeywordPage> {
    const whole = query.before ? undefined : await this.everywhere(namespace, query, now);
    if (whole) return { memories: whole };
    const page = await this.keywords.search(namespace, query, now);
    // A continued search has been told already what the index names.
    if (!page.next || query.before) return page;
    const keys = await this.named(namespace, query, now);
    if (keys.length === 0) return page;
    const named = await this.keywords.among(namespace, { ...query, keys }, now);
    const known = new Set(page.memories.map(({ key }) => key));
    const memories = [...page.memories, ...named.filter(({ key }) => !known.has(key))];
    return { memories: newest(memories, query), next: page.next };
  }

  among(namespace: Namespace, query: KeywordLookup, now: Date): Promise<readonly Memory[]> {
    return this.keywords.among(namespace, query, now);
  }

  /** Returns the newest of all that satisfy the query; undefined when the index cannot tell. */
  private async everywhere(
    namespace: Namespace,
    query: KeywordQuery,
    now: Date,
  ): Promise<readonly Memory[] | undefined> {
    const [waiting, isWhole] = await Promise.all([this.pending.versions(namespace, MAX_PENDING + 1), this.isWhole()]);
    if (!isWhole || waiting.length > MAX_PENDING) return undefined;
    // The index may name memories whose pending change no longer satisfies the query.
    const limit = query.limit + waiting.length;
    const named = await this.index.holding(namespace, { ...query, limit, nowMs: now.getTime() });
    if (!named) return undefined;
    const keys = [...new Set([...named, ...waiting.map(({ key }) => key)])];
    if (keys.length === 0) return [];
    return newest(await this.keywords.among(namespace, { ...query, keys }, now), query);
  }

  private async isWhole(): Promise<boolean> {
    try {
      const { unsearched, incomplete } = await this.readiness.whenSearchable();
      return !unsearched.has('lexical') && !incomplete.has('lexical');
    } catch (error) {
      if (error instanceof IndexUnavailableError) return false;
      throw error;
    }
  }

  /** Without the index, what the search itself has found still stands. */
  private async named(
    namespace: Namespace,
    { term, type, valid }: KeywordQuery,
    now: Date,
  ): Promise<readonly string[]> {
    const { terms } = analyzeQuery(term);
    if (terms.length === 0) return [];
    const filter = { ...(type === undefined ? {} : { filter: { type } }), ...(valid && { valid }) };
    const query = { terms, limit: MAX_NAMED, nowMs: now.getTime(), ...filter };
    const found = await this.index.search(namespace, query, EMPTY_OVERLAY).catch(() => []);
    return found.map(({ key }) => key);
  }
}

function newest(memories: readonly Memory[], { limit }: KeywordQuery): readonly Memory[] {
  return [...memories].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id).slice(0, limit);
}
