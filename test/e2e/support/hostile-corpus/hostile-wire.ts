import { rawRequest, WITHOUT_TOKEN, type Headers, type HostileBytes } from './raw-request.js';

/** What Node allows a request line and headers together, less some room. */
const HEAD = 15_000;
const BODY = '{"query":"x"}';

const get = (what: string, target: string, headers: Headers = {}): HostileBytes => ({
  what,
  bytes: () => rawRequest('GET', target, '', { 'Content-Type': undefined, ...headers }),
});
const raw = (what: string, bytes: string): HostileBytes => ({ what, bytes: () => Buffer.from(bytes, 'latin1') });

/** A target of about the longest length, of one part over and over; an odd end keeps patterns from matching early. */
const long = (part: string, start = '', end = 'x') => start + part.repeat(Math.floor(HEAD / part.length)) + end;

const PARTS = ['/', '/a', '%2F', '%00', '/..', '//', '.', ';', ':', '\\', '1,', '%F0%9F%A6%89', '+', '-', 'e'];
const addresses: readonly HostileBytes[] = [
  ...PARTS.flatMap((part) => [
    get(`a path of ${part} by a stranger`, long(part, '/'), WITHOUT_TOKEN),
    get(`a coordinate of ${part}`, long(part, '/memories/')),
    get(`a coordinate of v1 of ${part}`, long(part, '/v1/memories/')),
    get(`a question of ${part}`, long(part, '/recall?query=')),
    get(`a cursor of ${part}`, long(part, '/v1/memories?cursor=')),
    get(`a filter of ${part}`, long(part, '/v1/memories?filter=')),
    get(`a time of ${part}`, long(part, '/v1/memories?created_from=')),
    get(`a bound of ${part}`, long(part, '/range?min=0&max=')),
  ]),
  get('thousands of parameters', long('a=1&', '/recall?')),
  get('one parameter thousands of times', long('query=x&', '/recall?')),
  get('question marks', long('?', '/recall')),
  get('deep parameters', long('[a]', '/recall?query')),
  get('a prototype in the query', '/recall?query=x&__proto__=1&constructor[prototype][a]=1&toString=1'),
  get('a filter path of 5,000 parts', `/v1/memories?filter=${encodeURIComponent(`{"${'a.'.repeat(5000)}a":1}`)}`),
  get('nested filters', `/v1/memories?filter=${'%7B%22a%22:'.repeat(1000)}1${'%7D'.repeat(1000)}`),
  get('a lone surrogate', '/recall?query=%ED%A0%80'),
  get('bytes that are no UTF-8', '/memories/%ff%fe'),
  get('an unfinished escape', '/memories/%'),
  get('a limit of many digits', long('9', '/v1/memories?limit=', '')),
  get('an absolute target', 'http://elsewhere/memories/1'),
  get('a path that climbs', '/docs/../../../../etc/passwd'),
  get('a path that climbs, escaped', '/docs/..%2f..%2f..%2fetc%2fpasswd'),
  get('an address longer than the head of a request may be', `/${'a'.repeat(100_000)}`),
  { ...get('50 times a path of slashes by strangers', long('/'), WITHOUT_TOKEN), times: 50 },
];

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'x']));
const headers: readonly HostileBytes[] = [
  get('1,000 headers', '/ping', many(1000)),
  get('5,000 headers', '/ping', many(5000)),
  get('a header of 100 KB', '/ping', { 'X-Long': 'x'.repeat(100_000) }),
  ...[
    'Authorization',
    'X-Soma-Namespace',
    'X-Request-ID',
    'Idempotency-Key',
    'traceparent',
    'tracestate',
    'Cookie',
  ].flatMap((name) =>
    ['a', ' ', ',', ';', '-', '=', '%', '00-'].map((part) =>
      get(`${name} of ${part}`, '/memories/1', { [name]: `Bearer ${part.repeat(HEAD / part.length)}x` }),
    ),
  ),
  get('a token in another case', '/memories/1', { Authorization: 'bearer x' }),
  get('another scheme', '/memories/1', { Authorization: `Basic ${'eDp4'.repeat(3000)}` }),
  get('many origins', '/ping', { Origin: 'https://a,'.repeat(1000) }),
  get('many languages', '/ping', { 'Accept-Language': 'a;q=0.1,'.repeat(1500), Accept: '*/*;'.repeat(100) }),
  get('many ranges', '/docs/swagger-ui-bundle.js', { Range: `bytes=${'0-,'.repeat(4000)}0-` }),
  get('many addresses', '/memories/1', { 'X-Forwarded-For': '1.2.3.4,'.repeat(1500), 'X-Forwarded-Host': 'x' }),
  get('no host', '/ping', { Host: undefined }),
  get('a host that is none', '/ping', { Host: ']['.repeat(500) }),
  get('an upgrade', '/ping', { Upgrade: 'websocket', Connection: 'Upgrade, close' }),
  get('an upgrade to HTTP/2', '/ping', { Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings, close' }),
  raw('two hosts', 'GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'),
  raw('a folded header', 'GET /ping HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\nConnection: close\r\n\r\n'),
  raw('a NUL in a header', 'GET /ping HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nConnection: close\r\n\r\n'),
];

const post = (what: string, changed: Headers, body: string = BODY): HostileBytes => ({
  what,
  bytes: () => rawRequest('POST', '/recall', body, changed),
});
const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': undefined };
const framing: readonly HostileBytes[] = [
  post('a length that is too short', { 'Content-Length': '3' }),
  post('a negative length', { 'Content-Length': '-1' }),
  post('a length that is no number', { 'Content-Length': '1e3' }),
  post('a length beyond every number', { 'Content-Length': '9'.repeat(40) }),
  post('two lengths', { 'Content-Length': '13\r\nContent-Length: 5' }),
  post('a length and chunks', { 'Transfer-Encoding': 'chunked' }, '0\r\n\r\nGET /ping HTTP/1.1\r\n\r\n'),
  post('chunks of a coding that there is not', { ...chunked, 'Transfer-Encoding': 'gzip, chunked' }, '0\r\n\r\n'),
  post('a chunk that is none', chunked, 'zz\r\n{}\r\n'),
  post('a chunk with a long remark', chunked, `d;${'a'.repeat(100_000)}\r\n${BODY}\r\n0\r\n\r\n`),
  post('a million chunks', chunked, `${'1\r\n \r\n'.repeat(200_000)}d\r\n${BODY}\r\n0\r\n\r\n`),
  post('an expectation', { Expect: '100-continue' }),
  post('an expectation that there is not', { Expect: 'the-unexpected' }),
  raw('HTTP/1.0', 'GET /ping HTTP/1.0\r\n\r\n'),
  raw('HTTP/0.9', 'GET /ping\r\n\r\n'),
  raw('HTTP/9.9', 'GET /ping HTTP/9.9\r\nHost: a\r\n\r\n'),
  raw('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw('TLS', `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'\x00'.repeat(512)}`),
  raw('no HTTP', 'x'.repeat(1_000_000)),
  raw('line ends', '\r\n'.repeat(50_000) + 'GET /ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
];

const METHODS = ['TRACE', 'PROPFIND', 'M-SEARCH', 'PURGE', 'QUERY', 'PUT', 'PATCH', 'LINK', 'get', 'X'.repeat(20_000)];
const methods: readonly HostileBytes[] = [
  ...METHODS.flatMap((method) =>
    ['/recall', '/v1/memories', '*'].map((target) => ({
      what: `${method.slice(0, 20)} ${target}`,
      bytes: () => rawRequest(method, target, BODY),
    })),
  ),
  raw('CONNECT', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n'),
  { what: 'OPTIONS *', bytes: () => rawRequest('OPTIONS', '*', '', { 'Content-Type': undefined }) },
];

const pipelined = (what: string, one: Buffer, count: number): HostileBytes => ({
  what: `${count} ${what} in one piece`,
  bytes: () => Buffer.concat([...Array<Buffer>(count - 1).fill(one), rawRequest('GET', '/ping')]),
});
const KEPT = { Connection: 'keep-alive' };
const pipelines: readonly HostileBytes[] = [
  pipelined('pings', rawRequest('GET', '/ping', '', KEPT), 1000),
  pipelined('questions', rawRequest('POST', '/recall', BODY, KEPT), 300),
  pipelined('stores', rawRequest('POST', '/store', '{"coord":"5,5","payload":{"a":1}}', KEPT), 100),
  pipelined('deletions', rawRequest('DELETE', '/memories/5,5', '', { ...KEPT, 'Content-Type': undefined }), 100),
  pipelined('strangers', rawRequest('POST', '/recall', BODY, { ...KEPT, ...WITHOUT_TOKEN }), 1000),
  pipelined('unknown paths', rawRequest('GET', `/${'/'.repeat(8000)}x`, '', KEPT), 100),
];

/** Requests that are hostile before their body is read, or without one. */
export const HOSTILE_WIRE: readonly HostileBytes[] = [...addresses, ...headers, ...framing, ...methods, ...pipelines];

/** Beginnings of requests whose clients never say more; each is held open while everything else is sent. */
export const NEVER_ENDED: readonly HostileBytes[] = [
  raw('nothing', ''),
  raw('half a line', 'POST /sto'),
  raw('half the headers', 'POST /store HTTP/1.1\r\nHost: a\r\nX-Half: '),
  { what: 'half a body', bytes: () => rawRequest('POST', '/store', '{"coord"', { 'Content-Length': '1000' }) },
  {
    what: 'half a body by a stranger',
    bytes: () => rawRequest('POST', '/store', '{', { ...WITHOUT_TOKEN, 'Content-Length': '9' }),
  },
  post('a chunk without an end', chunked, `ffffffff\r\n${BODY}`),
  get('a body to read', '/recall', { 'Content-Length': '5', 'Content-Type': 'application/json' }),
  { what: 'half a chunk', bytes: () => rawRequest('POST', '/recall', 'ff\r\n{', chunked) },
].flatMap((one) => Array<HostileBytes>(20).fill(one));
