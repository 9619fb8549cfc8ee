import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LINEAR_GROWTH, timeGrowth } from '@sfm/memory/testing';
import { REPEATED } from '../../../../test/services/fuzzing.js';
import { startHttp, TOKEN, type HttpHarness } from '../../test/http-harness.js';

let http: HttpHarness;

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

interface Request {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
}

const inAddress = (start: string) => (text: string) => ({ url: start + encodeURIComponent(text.toWellFormed()) });
/** Headers hold no controls and no letters beyond a byte. */
const inHeader = (name: string, start: string) => (text: string) => ({
  url: '/memories/1',
  headers: { [name]: start + text.replaceAll(/[^ -~]/g, '-') },
});
const inBody = (url: string, field: string) => (text: string) => ({
  url,
  method: 'POST' as const,
  payload: JSON.stringify({ query: 'x', term: 'x', payload: {}, coord: '1', ...{ [field]: text } }),
});

/** Where a client may put a text of any length. */
const DOORS: Readonly<Record<string, (text: string) => Request>> = {
  'an unknown path': (text) => ({ url: `/${text.replaceAll(/[^!-~]/g, '-')}` }),
  'a coordinate in a path': inAddress('/memories/'),
  'a coordinate in a path of v1': inAddress('/v1/memories/'),
  'a query': inAddress('/recall?query='),
  top_k: inAddress('/recall?query=x&top_k='),
  hybrid: inAddress('/recall?query=x&hybrid='),
  offset: inAddress('/memories/search?query=x&offset='),
  filters: inAddress('/memories/search?query=x&filters='),
  'a bound of a range': inAddress('/range?min=0&max='),
  cursor: inAddress('/v1/memories?cursor='),
  limit: inAddress('/v1/memories?limit='),
  filter: inAddress('/v1/memories?filter='),
  created_from: inAddress('/v1/memories?created_from='),
  'an unknown parameter': inAddress('/v1/memories?'),
  'a token': inHeader('authorization', 'Bearer '),
  'a scheme': inHeader('authorization', ''),
  'a namespace': inHeader('x-soma-namespace', ''),
  'an id': inHeader('x-request-id', ''),
  'a trace': inHeader('traceparent', '00-'),
  'a type of content': (text) => ({ ...inHeader('content-type', 'application/')(text), method: 'POST', payload: '{' }),
  'an idempotency key': (text) => ({
    ...inBody('/v1/memories', 'surprise')('x'),
    headers: inHeader('idempotency-key', '')(text).headers,
  }),
  'a coordinate in a body': inBody('/store', 'coord'),
  'a type in a body': inBody('/recall', 'type'),
  'a number in a body': inBody('/recall', 'top_k'),
  'a boost in a body': inBody('/hybrid_recall_with_scores', 'boost'),
  'a truth in a body': inBody('/recall', 'hybrid'),
  'a term in a body': inBody('/keyword_search', 'term'),
  'an expiry in a body': inBody('/v1/memories', 'expires_at'),
};

it.each(Object.entries(DOORS))('%s of one part over and over takes time in proportion to its length', async (_, at) => {
  for (const { start, unit, end } of REPEATED) {
    const work = async (size: number) => {
      const { method = 'GET', url, headers = {}, payload } = at(start + unit.repeat(size) + end);
      const { statusCode } = await http.app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      expect({ unit, isAnswered: statusCode < 500, statusCode }).toEqual({ unit, isAnswered: true, statusCode });
    };
    const growth = await timeGrowth(work, 800);
    expect({ unit, isLinear: growth < LINEAR_GROWTH, growth }).toEqual({ unit, isLinear: true, growth });
  }
});
