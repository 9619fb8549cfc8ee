import { beforeEach, expect, it } from '@jest/globals';
import type { LexicalQuery } from '../index-model/lexical-index.port.js';
import type { Memory } from '../model/memory.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import { KeywordSearch, type KeywordLookup, type KeywordPage, type KeywordQuery } from '../read/keyword-search.port.js';
import { aMemory } from '../testing/memory-builder.js';
import { WordAidedKeywordSearch } from './word-aided-keyword-search.js';

const TEST = toNamespace('test');
const QUERY: KeywordQuery = { term: 'the Kettles', exact: false, caseSensitive: false, limit: 3, type: 'semantic' };
const MORE = { createdAtMs: 5, id: 5 };
const born = (id: number) => aMemory({ id, key: String(id), createdAt: new Date(id * 1000) });

class ScriptedSearch extends KeywordSearch {
  page: KeywordPage = { memories: [born(9)], next: MORE };
  readonly asked: (readonly string[])[] = [];

  async search(): Promise<KeywordPage> {
    return this.page;
  }

  async among(_: Namespace, { keys }: KeywordLookup): Promise<readonly Memory[]> {
    this.asked.push(keys);
    return keys.filter((key) => key !== '7').map((key) => born(Number(key)));
  }
}

let keywords: ScriptedSearch;
const queries: LexicalQuery[] = [];
let named: () => Promise<readonly { key: string; score: number }[]>;
const search = (query: KeywordQuery) =>
  new WordAidedKeywordSearch(keywords, {
    search: (_, asked) => {
      queries.push(asked);
      return named();
    },
  }).search(TEST, query, new Date());
const keys = ({ memories }: KeywordPage) => memories.map(({ key }) => key);

beforeEach(() => {
  keywords = new ScriptedSearch();
  queries.length = 0;
  named = async () => ['2', '9', '7', '8', '1'].map((key) => ({ key, score: 1 }));
});

it('adds what the index of words names and the payload confirms, newest first', async () => {
  const page = await search(QUERY);
  expect([keys(page), page.next]).toEqual([['9', '8', '2'], MORE]);
  expect(queries).toMatchObject([{ terms: ['kettl'], filter: { type: 'semantic' } }]);
});

it('asks no index for a search that has looked at everything, is continued, or has no words', async () => {
  expect(keys(await search({ ...QUERY, before: MORE }))).toEqual(['9']);
  expect(keys(await search({ ...QUERY, term: '%' }))).toEqual(['9']);
  keywords.page = { memories: [born(9)] };
  expect(keys(await search(QUERY))).toEqual(['9']);
  expect(queries).toEqual([]);
});

it('answers what it has found itself while the index is away', async () => {
  named = () => Promise.reject(new Error('away'));
  expect(await search(QUERY)).toEqual(keywords.page);
});
