import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LexicalQuery, LiteralQuery } from '../index-model/lexical-index.port.js';
import { IndexUnavailableError } from '../model/errors.js';
import type { Memory } from '../model/memory.js';
import type { Searchable } from '../index-model/index-readiness.port.js';
import { toNamespace, type Namespace } from '../model/namespace.js';
import { KeywordSearch, type KeywordLookup, type KeywordPage, type KeywordQuery } from '../read/keyword-search.port.js';
import { aMemory } from '../testing/memory-builder.js';
import { WordAidedKeywordSearch } from './word-aided-keyword-search.js';

const TEST = toNamespace('test');
const QUERY: KeywordQuery = { term: 'the Kettles', exact: false, caseSensitive: false, limit: 3, type: 'semantic' };
const MORE = { createdAtMs: 5, id: 5 };
const WHOLE: Searchable = { unsearched: new Set(), incomplete: new Set() };
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
let held: ((query: LiteralQuery) => readonly string[]) | undefined;
let waiting: readonly string[];
let searchable: () => Promise<Searchable>;
const search = (query: KeywordQuery) =>
  new WordAidedKeywordSearch(
    keywords,
    {
      search: (_, asked) => {
        queries.push(asked);
        return named();
      },
      holding: async (_, asked) => held?.(asked),
    },
    { whenSearchable: () => searchable() },
    { versions: async (_, limit) => waiting.slice(0, limit).map((key) => ({ key, version: 1, deleted: false })) },
  ).search(TEST, query, new Date(500));
const keys = ({ memories }: KeywordPage) => memories.map(({ key }) => key);

beforeEach(() => {
  keywords = new ScriptedSearch();
  queries.length = 0;
  held = undefined;
  waiting = [];
  searchable = async () => WHOLE;
  named = async () => ['2', '9', '7', '8', '1'].map((key) => ({ key, score: 1 }));
});

it('adds what the index of words names and the payload confirms, newest first', async () => {
  const page = await search(QUERY);
  expect([keys(page), page.next]).toEqual([['9', '8', '2'], MORE]);
  expect(queries).toMatchObject([{ terms: ['=the', '=kettles', 'kettl'], filter: { type: 'semantic' } }]);
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

describe('with an index that holds all payloads', () => {
  it('answers the newest of all that it names and of what waits to be indexed, and has looked at everything', async () => {
    const asked: LiteralQuery[] = [];
    held = (query) => {
      asked.push(query);
      return ['8', '7', '2', '1'];
    };
    waiting = ['9', '8'];
    const page = await search(QUERY);
    expect(page).toEqual({ memories: [born(9), born(8), born(2)] });
    expect(keywords.asked).toEqual([['8', '7', '2', '1', '9']]);
    expect(asked).toEqual([{ ...QUERY, limit: 5, nowMs: 500 }]);
    held = () => [];
    waiting = [];
    expect(await search(QUERY)).toEqual({ memories: [] });
  });

  it.each<readonly [string, () => void]>([
    ['it is being filled', () => (searchable = async () => ({ ...WHOLE, unsearched: new Set(['lexical']) }))],
    ['it lacks some', () => (searchable = async () => ({ ...WHOLE, incomplete: new Set(['lexical']) }))],
    ['it is away', () => (searchable = () => Promise.reject(new IndexUnavailableError('away')))],
    ['too much waits to be indexed', () => (waiting = Array.from({ length: 501 }, (_, n) => String(n)))],
    ['it cannot tell', () => (held = undefined)],
  ])('searches the truth when %s', async (_, happen) => {
    held = () => ['1'];
    happen();
    expect(keys(await search(QUERY))).toEqual(['9', '8', '2']);
  });

  it('goes on in the truth where a page of it ended', async () => {
    held = () => ['1'];
    expect(keys(await search({ ...QUERY, before: MORE }))).toEqual(['9']);
  });
});
