import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { rawRequest, WITHOUT_TOKEN, type Headers, type HostileBytes } from './raw-request.js';

/** Below the 5 MB that a body may have. */
const LARGE = 4_800_000;
const RECALL = '{"query":"x"}';

/** `template` with `unit` in the place of `@`, as often as makes a body of about `bytes`. */
function filled(template: string, unit: string, bytes = LARGE): string {
  const [before = '', after = ''] = template.split('@');
  return before + unit.repeat(Math.floor(bytes / Buffer.byteLength(unit))).replace(/,$/, '') + after;
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${index}":1`).join();
}

function post(what: string, url: string, body: () => Uint8Array | string, headers: Headers = {}): HostileBytes {
  return { what: `${what} to ${url}`, bytes: () => rawRequest('POST', url, body(), headers) };
}

/** Where a list is expected. */
const LISTS: Readonly<Record<string, string>> = {
  '/store_bulk': '{"items":[@]}',
  '/recall_batch': '{"queries":[@]}',
  '/payloads': '{"coords":[@]}',
  '/hybrid_recall_with_scores': '{"query":"x","terms":[@]}',
  '/v1/memories:batch': '{"memories":[@]}',
  '/v1/memories': '{"coordinate":[@],"payload":{},"type":"episodic"}',
  '/v1/recall': '{"query":"x","keywords":{"terms":[@]}}',
  '/recall': '{"query":"x","filters":{"a":[@]}}',
};
const ELEMENTS = ['1,', '"a",', '{},', 'null,', '[],', '{"coord":"1","payload":{}},'];

const lists: readonly HostileBytes[] = Object.entries(LISTS).flatMap(([url, template]) =>
  ELEMENTS.map((element) => post(`a list full of ${element}`, url, () => filled(template, element))),
);

const OBJECTS: Readonly<Record<string, string>> = {
  '/store': '{"coord":"1,2,3","payload":{"a":@}}',
  '/remember': '{"coord":"1,2,3","payload":{"a":@}}',
  '/memories': '{"coord":"1,2,3","payload":{"a":@}}',
  '/recall': '{"query":"x","filters":{"a":@}}',
  '/recall_with_context': '{"query":"x","context":{"a":@}}',
  '/v1/memories': '{"coordinate":[1],"type":"episodic","payload":{"a":@}}',
  '/v1/recall': '{"query":"x","filter":{"a":@}}',
};

/** Doors at which everything is tried; at the others only what is a fault of a door's own checks. */
const THOROUGH = ['/store', '/v1/recall'];

const nested: readonly HostileBytes[] = Object.entries(OBJECTS).flatMap(([url, template]) => {
  const at = (text: string) => template.replace('@', () => text);
  const everywhere = [
    post('2,400,000 brackets', url, () => at('['.repeat(LARGE / 2) + ']'.repeat(LARGE / 2))),
    post('brackets that nobody closes', url, () => at('['.repeat(LARGE))),
    post('800,000 braces', url, () => at('{"a":'.repeat(LARGE / 6) + '1' + '}'.repeat(LARGE / 6))),
    post('350,000 keys', url, () => at(`{${keys(350_000)}}`)),
    post('90,000 keys', url, () => at(`{${keys(70_000)}}`)),
    post('350,000 keys beside the fields', url, () => template.replace('@', '1').replace(/\}$/, `,${keys(350_000)}}`)),
  ];
  if (!THOROUGH.includes(url)) return everywhere;
  return [
    ...everywhere,
    post('one key again and again', url, () => at(`{${'"k":1,'.repeat(700_000)}"k":1}`)),
    post('a prototype', url, () => at('{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"toString":1}')),
    post('an endless number', url, () => at('9'.repeat(LARGE))),
    post('a number of huge exponent', url, () => at('1e999999999')),
    post('many long numbers', url, () => at(`[${filled('@', '0.1000000000000000055511151231257827,')}]`)),
    post('a text of NULs', url, () => at(`"${'\\u0000'.repeat(LARGE / 6)}"`)),
    post('lone surrogates', url, () => at(`"${'\\ud800'.repeat(100_000)}"`)),
    post('backslashes', url, () => at(`"${'\\\\'.repeat(LARGE / 2)}"`)),
    post('a text that nobody closes', url, () => at(`"${'a'.repeat(LARGE)}`)),
    post('blanks', url, () => at(' '.repeat(LARGE) + '1')),
    post('quotes', url, () => at('"'.repeat(LARGE))),
  ];
});

const unreadable: readonly HostileBytes[] = THOROUGH.flatMap((url) => [
  post('bytes that are no UTF-8', url, () => Buffer.alloc(LARGE, 0xff)),
  post('a character too long for UTF-8', url, () => Buffer.from('7b22c0af223a317d', 'hex')),
  post('half a character', url, () => Buffer.from('7b22e282223a317d', 'hex')),
  post('UTF-16', url, () => Buffer.from(`\ufeff${RECALL}`, 'utf16le')),
  post('a byte order mark', url, () => `\ufeff${RECALL}`),
  post('NULs', url, () => Buffer.alloc(LARGE)),
  post('a gzip bomb', url, () => gzipSync(Buffer.alloc(LARGE * 20, 0x20)), { 'Content-Encoding': 'gzip' }),
  post('deflated JSON', url, () => deflateSync(RECALL), { 'Content-Encoding': 'deflate' }),
  post('brotli', url, () => brotliCompressSync(RECALL), { 'Content-Encoding': 'br' }),
  post('an encoding that there is not', url, () => RECALL, { 'Content-Encoding': 'x'.repeat(8000) }),
  post('a form', url, () => 'a=1&'.repeat(LARGE / 4), { 'Content-Type': 'application/x-www-form-urlencoded' }),
  post('parts', url, () => '--x\r\n'.repeat(LARGE / 5), { 'Content-Type': 'multipart/form-data; boundary=x' }),
  post('no type', url, () => RECALL, { 'Content-Type': undefined }),
  post('a long type', url, () => RECALL, { 'Content-Type': `application/${'a+'.repeat(6000)}json` }),
  post('another character set', url, () => RECALL, { 'Content-Type': 'application/json; charset=utf-16' }),
  post('no JSON', url, () => '<?xml version="1.0"?>'.repeat(200_000)),
  post('no object', url, () => `"${'x'.repeat(LARGE)}"`),
]);

const HANGUL = '가나다라마바사아자차'.repeat(10_000);
const WORDS = Array.from({ length: 1000 }, (_, index) => `word${index}`).join(' ');
const TEXTS: Readonly<Record<string, string>> = {
  'a long text': 'x'.repeat(LARGE),
  '100,000 Hangul characters': HANGUL,
  '8,000 Hangul characters': HANGUL.slice(0, 8000),
  '8,000 combining marks': `a${'\u0301'.repeat(8000)}`,
  'a word for each blank': 'a '.repeat(4000),
  dates: 'may 1 2020 '.repeat(700),
  'half a date again and again': '2020-'.repeat(1600),
};

const texts: readonly HostileBytes[] = Object.entries(TEXTS).flatMap(([what, text]) => [
  post(what, '/recall', () => JSON.stringify({ query: text })),
  post(what, '/v1/recall', () => JSON.stringify({ query: text })),
  post(what, '/keyword_search', () => JSON.stringify({ term: text, exact: false })),
  post(what, '/hybrid_recall_with_scores', () => JSON.stringify({ query: text, terms: [text] })),
  post(`${what} as a type`, '/recall', () => JSON.stringify({ query: 'x', type: text })),
  post(`${what} as a coordinate`, '/store', () => JSON.stringify({ coord: text, payload: {} })),
  post(`${what} to be remembered`, '/store', () => JSON.stringify({ coord: '4,4', payload: { text } })),
]);

const PATH = 'a.'.repeat(5000).slice(0, -1);
const work: readonly HostileBytes[] = [
  post('100 queries of 1,000 words', '/recall_batch', () =>
    JSON.stringify({ queries: Array<string>(100).fill(WORDS) }),
  ),
  post('1,000 queries', '/recall_batch', () => JSON.stringify({ queries: Array<string>(1000).fill('x') })),
  post('a filter path of 5,000 parts', '/v1/recall', () => `{"query":"x","filter":{"${PATH}":1}}`),
  post('a filter path of 5,000 parts', '/recall', () => `{"query":"x","filters":{"${PATH}":1}}`),
  post('a nested filter', '/recall', () => `{"query":"x","filters":${'{"a":'.repeat(400)}1${'}'.repeat(400)}}`),
  post('a filter of 100,000 fields', '/v1/recall', () => `{"query":"x","filter":{${keys(100_000)}}}`),
  post('a filter of 100,000 fields', '/recall', () => `{"query":"x","filters":{${keys(100_000)}}}`),
  post(
    'a filter of 1,000,000 values',
    '/v1/recall',
    () => `{"query":"x","filter":{"a":{"in":[${'1,'.repeat(1e6)}1]}}}`,
  ),
  post('a filter of 400,000 words', '/v1/recall', () => filled('{"query":"x","filter":{"a":{"in":[@]}}}', '"word",')),
  post('5,000 coordinates', '/payloads', () => JSON.stringify({ coords: Array<string>(5000).fill('1,2,3') })),
  post('a coordinate of 2,400,000 numbers', '/store', () => `{"coord":"${'1,'.repeat(LARGE / 2)}1","payload":{}}`),
  post('a number of 5 MB', '/recall', () => `{"query":"x","top_k":${'9'.repeat(LARGE)}}`),
  post('digits as a text', '/recall', () => `{"query":"x","top_k":"${'1'.repeat(LARGE)}x"}`),
  post('5,000 memories', '/store_bulk', () => filled('{"items":[@]}', '{"coord":"1","payload":{}},', 135_000)),
];

/** What needs no token to be sent must cost nobody anything. */
const strangers: readonly HostileBytes[] = Object.entries(LISTS).flatMap(([url, template]) => [
  post('a list by a stranger', url, () => filled(template, '1,'), WITHOUT_TOKEN),
  post('brackets by a stranger', url, () => '['.repeat(LARGE), WITHOUT_TOKEN),
  post('keys by a stranger', url, () => `{${keys(350_000)}}`, WITHOUT_TOKEN),
]);

/** Requests whose bodies are hostile, one for each kind and door. */
export const HOSTILE_BODIES: readonly HostileBytes[] = [
  ...lists,
  ...nested,
  ...unreadable,
  ...texts,
  ...work,
  ...strangers,
];

/** The worst of them from a hundred connections at once. */
export const HOSTILE_CROWDS: readonly HostileBytes[] = [
  ...strangers.slice(0, 3),
  post('a list full of 1,', '/store_bulk', () => filled(LISTS['/store_bulk'] ?? '', '1,', 500_000)),
  post('brackets', '/store', () => '['.repeat(500_000)),
  post('a filter path of 5,000 parts', '/v1/recall', () => `{"query":"x","filter":{"${PATH}":1}}`),
  post('40,000 keys', '/v1/recall', () => `{${keys(40_000)}}`),
].map((one) => ({ ...one, what: `100 times ${one.what}`, times: 100 }));
