import { gzipSync } from 'node:zlib';
import { rawRequest, WITHOUT_TOKEN, type Headers, type HostileBytes } from './raw-request.js';

/** Below the 5 MB that a body may have; files may be longer. */
const LARGE = 4_800_000;
const FILE_BYTES = 30_000_000;
const FILE: Headers = { 'Content-Type': 'application/x-ndjson' };

function post(what: string, url: string, body: () => Uint8Array | string, headers: Headers = {}): HostileBytes {
  return { what: `${what} to ${url}`, bytes: () => rawRequest('POST', url, body(), headers) };
}

const get = (what: string, target: string, headers: Headers = {}): HostileBytes => ({
  what: `${what}: ${target.slice(0, 60)}`,
  bytes: () => rawRequest('GET', target, '', { 'Content-Type': undefined, ...headers }),
});
const list = (unit: string, bytes = LARGE) =>
  `[${unit.repeat(Math.floor(bytes / Buffer.byteLength(unit))).replace(/,$/, '')}]`;
const keys = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`;

const WORDS = Array.from({ length: 1000 }, (_, index) => `word${index}`).join(' ');
const HANGUL = '가나다라마바사아자차'.repeat(800);
const ALIKE = 'kettle '.repeat(1000);
const everything = (query: string) => ({
  ...{ query, top_k: 100, token_budget: 1_000_000, min_score: -1_000_000, collapse: { threshold: 0.01 } },
  ...{ weights: { lexical: 1, vector: 1, graph: 1 }, explain: true, why_not: [4, 4] },
});

const recall: readonly HostileBytes[] = [
  ...Object.entries({
    weights: [keys(70_000), list('1,'), '{"lexical":1e308,"vector":1e308}', '{"vector":-1}', '{"graph":1e400}'],
    why_not: [
      list('1,'),
      `"${'1,'.repeat(LARGE / 2)}1"`,
      '[9007199254740993]',
      '[0.1000000000000000055]',
      keys(70_000),
    ],
    token_budget: ['1e400', '9'.repeat(LARGE), '0.5', '-1', `"${'1'.repeat(LARGE)}"`],
    collapse: [keys(70_000), '{"threshold":1e-400}', '{"threshold":0.0000000001}', list('true,'), '1.0'],
    valid_at: [`"${'2026-'.repeat(1000)}"`, '"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', list('"2026",')],
    as_known_at: [
      `"2026-01-31T12:00:00.${'0'.repeat(LARGE)}Z"`,
      '"0000-01-01T00:00:00Z"',
      '"2026-01-31T12:00:00Z"',
      list('1,'),
    ],
  }).flatMap(([field, values]) =>
    values.map((value) =>
      post(`${field} of ${value.slice(0, 30)}`, '/v1/recall', () => `{"query":"x","${field}":${value}}`),
    ),
  ),
  post('everything at once', '/v1/recall', () => JSON.stringify(everything(WORDS))),
  ...[WORDS, HANGUL, ALIKE, 'may 1 2020 '.repeat(700)].map((query) =>
    post('100 questions of everything', '/v1/recall:batch', () =>
      JSON.stringify({ questions: Array(100).fill(everything(query)) }),
    ),
  ),
  post('100 questions that are none', '/v1/recall:batch', () => `{"questions":[${Array(100).fill(keys(300)).join()}]}`),
  post('a filter of 5,000 parts in each question', '/v1/recall:batch', () =>
    JSON.stringify({ questions: Array(100).fill({ query: 'x', filter: { ['a.'.repeat(5000) + 'a']: 1 } }) }),
  ),
  ...['1,', '{},', 'null,', '{"query":"x"},'].map((unit) =>
    post(`a list full of ${unit}`, '/v1/recall:batch', () => `{"questions":${list(unit)}}`),
  ),
  post('the past and the present', '/v1/recall:batch', () =>
    JSON.stringify({
      questions: Array.from({ length: 100 }, (_, index) => ({
        query: WORDS,
        ...(index % 2 ? { as_known_at: new Date().toISOString() } : { valid_at: '9999-12-31T23:59:59Z' }),
      })),
    }),
  ),
];

const NEAREST = '/v1/coordinates:nearest';
const places: readonly HostileBytes[] = [
  post('64 numbers', NEAREST, () => JSON.stringify({ coordinate: Array(64).fill(9007199254740991), top_k: 100 })),
  post('2,400,000 numbers', NEAREST, () => `{"coordinate":${list('1,')}}`),
  post('a text of numbers', NEAREST, () => `{"coordinate":"${'1,'.repeat(LARGE / 2)}1"}`),
  post('an endless distance', NEAREST, () => '{"coordinate":[1],"max_distance":1e308}'),
  post('no number', NEAREST, () => '{"coordinate":[1],"max_distance":1e400}'),
  post('a filter of 1,000 values', NEAREST, () => `{"coordinate":[1],"filter":{"a":{"in":${list('1,', 2000)}}}}`),
];

const link = (from: string, to: string, more = '') => `{"from":${from},"to":${to}${more}}`;
const PRUNE = '/v1/links/prune';
const graph: readonly HostileBytes[] = [
  post('metadata of 70,000 keys', '/v1/links', () => link('[0]', '[4,4]', `,"metadata":${keys(70_000)}`)),
  post('deep metadata', '/v1/links', () =>
    link('[0]', '[4,4]', `,"metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
  ),
  post('a type of 4 MB', '/v1/links', () => link('[0]', '[4,4]', `,"type":"${'x'.repeat(LARGE)}"`)),
  post('a link to itself', '/v1/links', () => link('[0]', '"0.0"')),
  ...['1e400', '-1', '"NaN"', '9'.repeat(400)].map((weight) =>
    post(`a weight of ${weight.slice(0, 10)}`, '/v1/links', () => link('[0]', '[4,4]', `,"weight":${weight}`)),
  ),
  ...['1e400', '-1', '"NaN"', '9'.repeat(400)].map((strength) =>
    post(
      `a strength of ${strength.slice(0, 10)}`,
      '/graph/link',
      () => `{"from_coord":"0","to_coord":"4,4","strength":${strength}}`,
    ),
  ),
  post('a link to nowhere', '/link', () => `{"from_coord":"0","to_coord":"${'1,'.repeat(LARGE / 2)}1"}`),
  post('a prune of everything', PRUNE, () => '{"weight_below":1e308,"max_degree":0}'),
  post('a prune of more than all', PRUNE, () => '{"max_degree":1e400,"allow_all":true}'),
  post('a prune of a digit after the other', PRUNE, () => `{"weight_below":${'9'.repeat(LARGE)},"allow_all":true}`),
  post('a prune of everything', '/prune', () => '{"weight_below":1e308,"max_degree":0}'),
  post('a prune without end', '/prune', () => `{"max_degree":${'9'.repeat(LARGE)},"allow_all":true}`),
  ...['1000000000', '1e9', '-1', '9'.repeat(10_000), 'NaN', '0x6'].flatMap((depth) => [
    get('deep neighbours', `/v1/graph/neighbors?coordinate=0&k_hop=${depth}`),
    get('many neighbours', `/v1/graph/neighbors?coordinate=0&limit=${depth}`),
    get('deep neighbours', `/graph/neighbors?coord=0&k_hop=${depth}`),
    get('neighbours far away', `/graph/neighbors?coord=0&k_hop=6&offset=${depth}&limit=${depth}`),
    get('a long path', `/v1/graph/shortest-path?from=0&to=4,4&max_depth=${depth}`),
    get('a long path', `/graph/path?from_coord=0&to_coord=4,4&max_length=${depth}`),
  ]),
  get('a path from a long way off', `/shortest_path?frm=${'1,'.repeat(5000)}1&to=0`),
];

const lives: readonly HostileBytes[] = [
  post('all that can be asked for', '/v1/consolidations', () =>
    JSON.stringify({
      window_seconds: 31_622_400,
      min_similarity: 0.05,
      session_gap_seconds: 86_400,
      max_sources: 100,
      dry_run: true,
    }),
  ),
  post('a list full of ways', '/v1/consolidations', () => `{"by":${list('"links",')}}`),
  post('the end of time', '/v1/consolidations', () => '{"until":"9999-12-31T23:59:59Z","dry_run":true}'),
  post('a window without end', '/v1/consolidations', () => '{"window_seconds":1e400}'),
  ...['x'.repeat(10_000), '%00', '%ff', 'soma:consolidation', '..%2f..'].map((name) =>
    post('a name', `/v1/locks/${name}`, () => '{"owner":"x"}'),
  ),
  post('an owner of 4 MB', '/v1/locks/a', () => `{"owner":"${'x'.repeat(LARGE)}"}`),
  post('a hold without end', '/v1/locks/a', () => '{"ttl_seconds":1e400}'),
  post('a wait without end', '/v1/locks/a', () => '{"wait_seconds":1e400}'),
  post('a token that no number holds', '/v1/locks/a/renew', () => `{"owner":"x","token":${'9'.repeat(400)}}`),
  post('an outcome of 70,000 keys', '/v1/memories/0/outcome', () => `{"outcome":${keys(70_000)}}`),
  post('a version beyond all', '/v1/memories/0/restore', () => '{"version":2147483648}'),
  post('a run that is to tell', '/v1/lifecycle:run', () => '{"dry_run":true}'),
  ...['recent', 'important', 'sample', 'summaries'].flatMap((selection) => [
    get('a great many', `/v1/memories:${selection}?limit=${'9'.repeat(1000)}`),
    get('as many as may be', `/v1/memories:${selection}?limit=100`),
  ]),
  get('a cursor that is none', `/v1/memories/0/history?cursor=${'x'.repeat(10_000)}`),
  get('versions that are not', '/v1/memories/0/diff?from=2147483647&to=1'),
  get('namespaces behind none', `/v1/namespaces?cursor=${'%F0%9F%A6%89'.repeat(1000)}`),
  get('a namespace without end', `/v1/namespaces/${'x'.repeat(14_000)}`),
  get('an export behind none', `/v1/export?position=${'x'.repeat(7000)}&after=${'x'.repeat(7000)}`),
  get('an export of much', `/v1/export?include=${'history,'.repeat(1500)}vectors`),
];

const HEADER = '{"format":"somafractalmemory","version":1,"include":[]}\n';
const MEMORY =
  '{"kind":"memory","coordinate":[6,6],"version":1,"type":"semantic","payload":{"a":1},"importance":null,"importance_norm":0,' +
  '"expires_at":null,"created_at":"2026-01-31T12:00:00.000Z","updated_at":"2026-01-31T12:00:00.000Z"}\n';
const upload = (what: string, body: () => Uint8Array | string, query = '', headers = FILE): HostileBytes =>
  post(what, `/v1/import${query}`, body, headers);
const ENTITIES = Array.from({ length: 12 }, (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`).join(
  '',
);
const imports: readonly HostileBytes[] = [
  upload('a line of 30 MB', () => 'x'.repeat(FILE_BYTES)),
  upload('a line of 30 MB behind the header', () => HEADER + 'x'.repeat(FILE_BYTES)),
  upload('a text of 30 MB', () => `${HEADER}{"kind":"memory","payload":{"a":"${'x'.repeat(FILE_BYTES)}"}}\n`),
  upload('10,000,000 lines', () => HEADER + '\n'.repeat(10_000_000)),
  upload('300,000 lines of nothing', () => HEADER + '{}\n'.repeat(300_000)),
  upload('blanks', () => ' '.repeat(FILE_BYTES)),
  upload('NULs', () => Buffer.alloc(FILE_BYTES)),
  upload('bytes that are no UTF-8', () => Buffer.alloc(FILE_BYTES, 0xff)),
  upload('a gzip bomb as it is', () => gzipSync(Buffer.alloc(FILE_BYTES * 3, 0x20))),
  upload('a gzip bomb', () => gzipSync(Buffer.alloc(FILE_BYTES * 3, 0x20)), '', {
    ...FILE,
    'Content-Encoding': 'gzip',
  }),
  upload('2,400,000 brackets', () => `${HEADER}${'['.repeat(LARGE / 2)}${']'.repeat(LARGE / 2)}\n`),
  upload('800,000 braces', () => `${HEADER}${'{"a":'.repeat(LARGE / 6)}1${'}'.repeat(LARGE / 6)}\n`),
  upload('350,000 keys', () => `${HEADER}${keys(350_000)}\n`),
  upload(
    'a payload of 350,000 keys',
    () => HEADER + MEMORY.replace('{"a":1}', () => keys(350_000)),
    '?checksums=ignored',
  ),
  upload('a long number', () => HEADER + MEMORY.replace('"version":1', `"version":${'9'.repeat(LARGE)}`)),
  upload('one memory again and again', () => HEADER + MEMORY.repeat(30_000), '?checksums=ignored'),
  upload(
    'versions of one memory without end',
    () =>
      HEADER +
      '{"kind":"version","coordinate":[6,6],"version":1,"change":"deleted","at":"2026-01-31T12:00:00.000Z"}\n'.repeat(
        50_000,
      ),
  ),
  upload('a later format', () => HEADER.replace(':1', ':999999999999999999999')),
  upload('a graph that nobody closes', () => '<graphml><graph>'.repeat(500_000), '?format=earlier-graphml'),
  upload(
    'edges without end',
    () => `<graphml><graph>${'<edge source="1" target="2"/>'.repeat(100_000)}`,
    '?format=earlier-graphml',
  ),
  upload('entities within entities', () => `<!DOCTYPE x [<!ENTITY e0 "kettle">${ENTITIES}]><graphml>&e12;</graphml>`),
  upload('a tag of 10 MB', () => `<graphml ${'a="1" '.repeat(1_600_000)}>`),
  upload('a list of nothing', () => list('{},', 10_000_000), '?format=mem0'),
  upload('a list of brackets', () => '['.repeat(10_000_000), '?format=mem0'),
  upload('texts of escapes', () => `[{"id":"1","memory":"${'\\u0000'.repeat(1_000_000)}"}]`, '?format=mem0'),
  upload('quotes', () => '"'.repeat(10_000_000), '?format=agent-memory-server'),
  upload('a list in a list', () => `{"memories":${'['.repeat(1_000_000)}`, '?format=agent-memory-server'),
  upload('lines of nothing', () => '{}\n'.repeat(500_000), '?format=earlier-jsonl'),
  upload('a file by a stranger', () => 'x'.repeat(LARGE), '', { ...FILE, ...WITHOUT_TOKEN }),
  upload('a file from line 999999999999999', () => HEADER + MEMORY.repeat(1000), '?from_line=999999999999999'),
];

const rpc = (method: string, params: object, id: unknown = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const tool = (name: string, given: object, id?: unknown) => rpc('tools/call', { name, arguments: given }, id);
const agents: readonly HostileBytes[] = [
  post(
    '50 questions of everything',
    '/mcp',
    () => `[${Array.from({ length: 50 }, (_, id) => tool('search_memories', everything(WORDS), id)).join()}]`,
  ),
  ...['1,', '{},', 'null,', '[],'].map((unit) => post(`a list full of ${unit}`, '/mcp', () => list(unit))),
  post('an id of 4 MB', '/mcp', () => rpc('ping', {}, 'x'.repeat(LARGE))),
  post('a method of 4 MB', '/mcp', () => rpc('x'.repeat(LARGE), {})),
  post('a tool of 4 MB', '/mcp', () => tool('x'.repeat(LARGE), {})),
  post(
    '70,000 arguments',
    '/mcp',
    () => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_status","arguments":${keys(70_000)}}}`,
  ),
  post('ids without end', '/mcp', () => tool('delete_memories', { ids: Array(20_000).fill('0') })),
  post('a resource that is far away', '/mcp', () =>
    rpc('resources/read', { uri: `memory://memories/${'%'.repeat(100_000)}` }),
  ),
  get('a namespace that is none', `/mcp/${'%00'.repeat(3000)}`),
];

/** Requests against links, time, life cycle, locks, selections, files and the tools of agents. */
export const HOSTILE_CAPABILITIES: readonly HostileBytes[] = [
  ...[...recall, ...places, ...graph, ...lives, ...imports],
  ...agents,
];

/** A namespace with memories of 900 kB, more of them than one answer may hold. */
export const LARGE_MEMORIES = { namespace: 'large', count: 24, text: 'kettle '.repeat(128_000) };
const LARGE_ONES: Headers = { 'X-Soma-Namespace': LARGE_MEMORIES.namespace };

/** The worst of them from many connections at once. */
export const CAPABLE_CROWDS: readonly HostileBytes[] = [
  ...[
    get('deep neighbours', '/v1/graph/neighbors?coordinate=0&k_hop=6'),
    post('a lock that is waited for', '/v1/locks/crowd', () => '{"ttl_seconds":0.1,"wait_seconds":2}'),
    get('an export', '/v1/export?include=history,vectors'),
    get('a sample', '/v1/memories:sample?limit=100'),
    post('a consolidation', '/v1/consolidations', () => '{"window_seconds":31622400,"dry_run":true}'),
    upload('a line of 2 MB', () => HEADER + 'x'.repeat(2_000_000)),
  ].map((one) => ({ ...one, what: `100 times ${one.what}`, times: 100 })),
  ...[
    post('100 questions of everything', '/v1/recall:batch', () =>
      JSON.stringify({ questions: Array(100).fill(everything('kettle')) }),
    ),
  ].map((one) => ({ ...one, what: `10 times ${one.what}`, times: 10 })),
  ...[
    get('all large memories', '/v1/memories?limit=100', LARGE_ONES),
    get('a sample of large memories', '/v1/memories:sample?limit=100', LARGE_ONES),
    get('an export of large memories', '/v1/export', LARGE_ONES),
    post('a recall of large memories', '/v1/recall', () => '{"query":"kettle","top_k":100}', LARGE_ONES),
    post('a recall of large memories', '/recall', () => '{"query":"kettle","top_k":100}', LARGE_ONES),
    post('near large memories', '/v1/coordinates:nearest', () => '{"coordinate":[1],"top_k":100}', LARGE_ONES),
    post('a word of large memories', '/keyword_search', () => '{"term":"kettle","top_k":100}', LARGE_ONES),
    post('a comparison of large memories', '/v1/admin/verify', () => `{"namespace":"${LARGE_MEMORIES.namespace}"}`),
  ].map((one) => ({ ...one, what: `20 times ${one.what}`, times: 20 })),
];
