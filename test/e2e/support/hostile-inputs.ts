import fc from 'fast-check';

/** A request that must be answered with a 4xx in the shape of its API, and leave no trace. */
export interface HostileRequest {
  readonly method: string;
  readonly url: string;
  /** Raw text of the body; sent as JSON. */
  readonly body?: string;
  /** The answer must name this. */
  readonly field: string;
  readonly why: string;
}

interface Route {
  readonly url: string;
  /** A body that would be accepted. */
  readonly valid: string;
  /** For each field (`items.0.coord`), JSON texts that must be refused. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** Whether nothing must be in the body. */
  readonly takesNothing?: boolean;
}

const DEEP = 1000;
const NOT_STRINGS = ['1', 'null', 'true', '[]', '{}', '1.5'];
const NOT_BOOLEANS = ['"true"', '1', '[]', '{}'];
const TYPES = ['"unknown"', '"EPISODIC"', '1', 'true', '[]', '{}', '"\\u0000"'];
const TOP_KS = ['0', '-1', '1e9', '1000000000', '1e400', '-1e400', '1.5', '"5"', 'null', 'true', '[]', '{}', '1e30'];
const NO_WEIGHTS = ['-1', '1e400', '"1"', 'null', '[]', '{}'];
const NO_TIMES = ['"soon"', '1', '"  "', '""', '1900000000000000', '"1900000000000000000"', '"2026-02-30T00:00:00Z"'];
const TEXTS = [
  ...NOT_STRINGS,
  '""',
  '"   "',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00 x"',
  `"${'x'.repeat(140_000)}"`,
];
const COORDS = [
  ...NOT_STRINGS.filter((text) => text !== '[]'),
  '""',
  '","',
  '" "',
  '"a"',
  '"1,x"',
  '"nan"',
  '"NaN,1"',
  '"Infinity"',
  '"1,-inf"',
  '"1e400"',
  '"1,1234567890123456789"',
  '"0.1000000000000000055511151231257827"',
  '"1e-400"',
  '"0x10"',
  '"1 2"',
  '"1;2"',
  '"\\u0000"',
  '"1,\\ud800"',
  `"${'1,'.repeat(5000)}1"`,
  '"1,2); drop table memories; --"',
];
const COORD_LISTS = [
  '[]',
  '["1"]',
  '[1e400]',
  '[1234567890123456789]',
  '[0.30000000000000001]',
  '[null]',
  '[[1]]',
  `[${'1,'.repeat(5000)}1]`,
];
const POISON = [
  '{"a": "\\u0000"}',
  '{"\\u0000": 1}',
  '{"a": ["fine", "\\ud800"]}',
  '{"\\udc00": 1}',
  `{"a": ${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
];
/** What the older routes cannot read either: they take types of the client's own, long and blank texts, text for numbers. */
const OLDER = {
  types: ['1', 'true', '[]', '{}'],
  topKs: ['1e400', '-1e400', '1.5', '"1.5"', '"five"', '""', 'true', '[]', '{}'],
  booleans: ['"perhaps"', '2', '[]', '{}'],
};
const NOT_OBJECTS = ['1', '"x"', '[]', 'true', '[{}]'];
const PAYLOADS = [...NOT_OBJECTS, 'null', ...POISON];
const OPEN_OBJECTS = [...NOT_OBJECTS, ...POISON];
const V1_FILTERS = [
  ...OPEN_OBJECTS,
  '{"a": {"near": 1}}',
  '{"a": {}}',
  '{"": 1}',
  '{"a": {"in": 1}}',
  '{"a": {"exists": "x"}}',
  '{"a": {"gt": []}}',
];

const STORE = '{"coord": "1,2,3", "payload": {"text": "x"}, "type": "episodic"}';
const V1_STORE = '{"coordinate": [1, 2, 3], "payload": {"text": "x"}, "type": "episodic"}';
const RECALL = '{"query": "x", "top_k": 5, "type": null, "filters": null, "hybrid": null}';
const storeFields = (prefix = '') => ({
  [`${prefix}coord`]: [...COORDS, '[]'],
  [`${prefix}payload`]: PAYLOADS,
  [`${prefix}type`]: OLDER.types,
});
const recallFields = { query: NOT_STRINGS, top_k: OLDER.topKs, type: OLDER.types };

/** Every POST route with what must be refused in each of its fields. */
export const ROUTES: readonly Route[] = [
  { url: '/store', valid: STORE, wrong: storeFields() },
  { url: '/remember', valid: STORE, wrong: storeFields() },
  {
    url: '/store_bulk',
    valid: `{"items": [${STORE}, ${STORE}]}`,
    wrong: {
      items: [...NOT_OBJECTS.filter((text) => !text.startsWith('[')), 'null', '{}', '[1]', '[null]'],
      ...storeFields('items.1.'),
    },
  },
  { url: '/recall', valid: RECALL, wrong: { ...recallFields, filters: NOT_OBJECTS, hybrid: OLDER.booleans } },
  {
    url: '/recall_batch',
    valid: '{"queries": ["x", "y"], "top_k": 5, "type": null}',
    wrong: {
      top_k: OLDER.topKs,
      type: OLDER.types,
      queries: ['1', 'null', '"x"', '{}', '[1]'],
      'queries.1': NOT_STRINGS,
    },
  },
  {
    url: '/recall_with_scores',
    valid: RECALL,
    wrong: { ...recallFields, hybrid: OLDER.booleans, exact: OLDER.booleans },
  },
  {
    url: '/hybrid_recall_with_scores',
    valid: '{"query": "x", "terms": ["y"], "top_k": 5, "type": null, "boost": 1}',
    wrong: {
      ...recallFields,
      terms: ['1', '"x"', '{}', '[1]'],
      'terms.0': NOT_STRINGS,
      boost: ['1e400', '"two"', 'true', '[]'],
    },
  },
  {
    url: '/keyword_search',
    valid: '{"term": "x", "top_k": 5, "type": null}',
    wrong: { term: NOT_STRINGS, top_k: OLDER.topKs, type: OLDER.types, exact: OLDER.booleans },
  },
  {
    url: '/recall_with_context',
    valid: '{"query": "x", "context": {}, "top_k": 5, "type": null}',
    wrong: { ...recallFields, context: [...NOT_OBJECTS, 'null'] },
  },
  {
    url: '/payloads',
    valid: '{"coords": ["1,2,3"]}',
    wrong: { coords: ['1', 'null', '"1,2"', '{}', '[1]', '[""]'], 'coords.0': COORDS },
  },
  {
    url: '/memories',
    valid: '{"coord": "1,2,3", "payload": {}, "memory_type": "episodic"}',
    wrong: { coord: COORDS, payload: PAYLOADS, memory_type: ['1', 'true', '[]', '{}'] },
  },
  {
    url: '/memories/search',
    valid: '{"query": "x", "top_k": 5, "filters": null, "offset": 0}',
    wrong: { query: NOT_STRINGS, top_k: OLDER.topKs, filters: NOT_OBJECTS, offset: ['1.5', '"one"', 'true'] },
  },
  {
    url: '/v1/memories',
    valid: V1_STORE,
    wrong: {
      coordinate: [...COORDS, ...COORD_LISTS],
      payload: PAYLOADS,
      type: [...TYPES, 'null', '""'],
      importance: ['1e400', '"1"', 'null'],
      expires_at: [...NO_TIMES, '"2001-01-31T12:00:00Z"', '"9999-12-31T23:59:59-01:00"'],
      valid_from: [...NO_TIMES, '"9999-12-31T23:59:59-01:00"'],
      valid_to: [...NO_TIMES, '"9999-12-31T23:59:59-01:00"'],
      supersedes: ['1', 'null', '{}', '[{}]', '[[]]', '[["x"]]', '["x"]', '[null]'],
      surprise: ['1'],
    },
  },
  {
    url: '/v1/memories:batch',
    valid: `{"memories": [${V1_STORE}]}`,
    wrong: { memories: ['1', 'null', '"x"', '{}', '[]'], surprise: ['1'] },
  },
  {
    url: '/v1/recall',
    valid: '{"query": "x", "top_k": 5}',
    wrong: {
      query: TEXTS,
      top_k: TOP_KS,
      filter: V1_FILTERS,
      type: [...TYPES, 'null'],
      mode: ['"magic"', '1', 'null'],
      context: OPEN_OBJECTS,
      recency: ['1', '{}', '{"weight": -1, "half_life_days": 1}', '{"weight": 1, "half_life_days": 0}'],
      keywords: ['[]', '{"terms": []}', '{"terms": [""]}'],
      created_from: NO_TIMES,
      valid_at: NO_TIMES,
      include_superseded: NOT_BOOLEANS,
      explain: NOT_BOOLEANS,
      as_known_at: NO_TIMES,
      token_budget: TOP_KS,
      min_score: ['1e400', '"1"', 'null', '1e9'],
      collapse: ['1', '"true"', 'null', '[]', '{"threshold": 1, "surprise": 1, "collapse": 1}'],
      'collapse.threshold': ['0', '1.1', '-1', '1e400', '"1"', 'null'],
      weights: ['1', 'null', '[]', '{"weights": 1}'],
      'weights.vector': NO_WEIGHTS,
      'weights.graph': NO_WEIGHTS,
      why_not: [...COORDS, ...COORD_LISTS],
      surprise: ['{}'],
    },
  },
  {
    url: '/v1/recall:batch',
    valid: '{"questions": [{"query": "x"}]}',
    wrong: { questions: ['1', 'null', '"x"', '{}', `[${'1,'.repeat(100)}1]`], surprise: ['1'] },
  },
  {
    url: '/v1/coordinates:nearest',
    valid: '{"coordinate": [1, 2]}',
    wrong: {
      coordinate: [...COORDS, ...COORD_LISTS],
      top_k: TOP_KS,
      max_distance: ['-1', '1e400', '"1"', 'null'],
      filter: V1_FILTERS,
      type: [...TYPES, 'null'],
      surprise: ['1'],
    },
  },
  {
    url: '/v1/links',
    valid: '{"from": [0], "to": [1, 2]}',
    wrong: {
      from: [...COORDS, ...COORD_LISTS],
      to: [...COORDS, ...COORD_LISTS, '[0]'],
      type: [...NOT_STRINGS, '""', '"\\u0000"', `"${'x'.repeat(129)}"`],
      weight: NO_WEIGHTS,
      metadata: OPEN_OBJECTS,
      surprise: ['1'],
    },
  },
  {
    url: '/v1/links/prune',
    valid: '{"weight_below": 0, "max_degree": 1}',
    takesNothing: true,
    wrong: {
      weight_below: NO_WEIGHTS,
      max_degree: ['-1', '1.5', '1e9', '"1"', 'null'],
      from: [...COORDS, ...COORD_LISTS],
      allow_all: NOT_BOOLEANS,
      surprise: ['1'],
    },
  },
  {
    url: '/v1/consolidations',
    valid: '{"dry_run": true}',
    takesNothing: true,
    wrong: {
      window_seconds: ['0', '-1', '1e400', '1e12', '"1"', 'null'],
      by: ['[]', '["x"]', '"links"', 'null', '[null]'],
      min_similarity: ['0', '1.1', '"1"', 'null'],
      session_gap_seconds: ['-1', '1e12', 'null'],
      min_sources: ['0', '101', '1.5', 'null'],
      max_sources: ['0', '101', '1.5', 'null'],
      until: NO_TIMES,
      dry_run: NOT_BOOLEANS,
      surprise: ['1'],
    },
  },
  {
    url: '/v1/locks/kettle',
    valid: '{"owner": "x"}',
    takesNothing: true,
    wrong: {
      owner: ['1', 'null', '""', '"\\u0000"', '"\\ud800"', `"${'x'.repeat(201)}"`],
      ttl_seconds: ['0', '-1', '1e400', '3601', '"1"', 'null'],
      wait_seconds: ['-1', '31', '1e400', '"1"', 'null'],
      surprise: ['1'],
    },
  },
  {
    url: '/v1/memories/0/restore',
    valid: '{"version": 99}',
    wrong: { version: ['0', '-1', '1.5', '2147483648', '"1"', 'null'], surprise: ['1'] },
  },
];

const GETS: Readonly<Record<string, string>> = {
  '/recall': 'query',
  '/recall?query=x&top_k=nan': 'top_k',
  '/recall?query=x&top_k=1.5': 'top_k',
  '/recall?query=x&hybrid=maybe': 'hybrid',
  '/range': 'min',
  '/range?min=0': 'max',
  '/range?min=a&max=1': 'min',
  '/range?min=0&max=nan': 'max',
  '/range?min=1234567890123456789&max=1': 'min',
  '/range?min=&max=1': 'min',
  '/memories/abc': 'coord',
  '/memories/nan': 'coord',
  '/memories/%00': 'coord',
  '/memories/1,Infinity': 'coord',
  '/memories/1234567890123456789': 'coord',
  '/memories/search': 'query',
  '/memories/search?query=x&offset=one': 'offset',
  '/v1/memories/abc': 'coordinate',
  '/v1/memories/1,nan': 'coordinate',
  '/v1/memories/1,0.1000000000000000055511151231257827': 'coordinate',
  '/v1/memories?limit=0': 'limit',
  '/v1/memories?limit=1000000000': 'limit',
  '/v1/memories?cursor=x': 'cursor',
  '/v1/memories?type=x': 'type',
  '/v1/memories?filter={': 'filter',
  '/v1/memories?filter={%22a%22:{%22near%22:1}}': 'filter',
  '/v1/memories?created_from=now': 'created_from',
  '/v1/memories?valid_at=now': 'valid_at',
  '/v1/memories?include_superseded=maybe': 'include_superseded',
  '/v1/memories?surprise=1': 'surprise',
  '/v1/memories?as_known_at=now': 'as_known_at',
  '/v1/memories:sample?limit=0': 'limit',
  '/v1/memories:recent?limit=many': 'limit',
  '/v1/memories:important?type=x': 'type',
  '/v1/memories/0/history?cursor=x': 'cursor',
  '/v1/memories/0/diff?from=1': 'to',
  '/v1/memories/0/diff?from=0&to=1': 'from',
  '/v1/graph/neighbors': 'coordinate',
  '/v1/graph/neighbors?coordinate=0&k_hop=7': 'k_hop',
  '/v1/graph/neighbors?coordinate=0&direction=up': 'direction',
  '/v1/graph/shortest-path?from=0': 'to',
  '/v1/graph/shortest-path?from=0&to=1&max_depth=1000000': 'max_depth',
  '/v1/graph/shortest-path?from=0&to=1&cost=x': 'cost',
  '/v1/links?coordinate=0&cursor=x': 'cursor',
  '/v1/links?coordinate=nan': 'coordinate',
  '/v1/namespaces?limit=0': 'limit',
  '/v1/namespaces/%00': 'namespace',
  '/v1/consolidations?limit=0': 'limit',
  '/v1/export?include=x': 'include',
  '/v1/export?after=x': 'position',
  '/shortest_path?frm=0': 'to',
  '/graph/neighbors?coord=nan': 'coord',
  '/graph/path?from_coord=0&to_coord=x': 'to_coord',
};

/** One wrong value in an otherwise good body. */
const wrongField: fc.Arbitrary<HostileRequest> = fc
  .constantFrom(
    ...ROUTES.flatMap((route) => Object.entries(route.wrong).map(([field, texts]) => ({ route, field, texts }))),
  )
  .chain(({ route, field, texts }) => fc.constantFrom(...texts).map((text) => hostilePost(route, field, text)));

/** The list of all single wrong values: small enough to try each. */
export const EVERY_WRONG_FIELD: readonly HostileRequest[] = ROUTES.flatMap((route) =>
  Object.entries(route.wrong).flatMap(([field, texts]) => texts.map((text) => hostilePost(route, field, text))),
);

/** Requests whose query string or path is wrong. */
export const WRONG_GETS: readonly HostileRequest[] = Object.entries(GETS).map(([url, field]) => ({
  method: 'GET',
  url,
  field,
  why: 'wrong query or path',
}));

const malformed: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    fc.constantFrom(...ROUTES),
    fc.oneof(
      fc.string({ minLength: 1 }),
      fc.nat(60).map((cut) => STORE.slice(0, Math.min(cut + 1, STORE.length - 1))),
    ),
  )
  .filter(([, text]) => !isJson(text))
  .map(([{ url }, body]) => ({ method: 'POST', url, body, field: 'body', why: 'malformed JSON' }));

const notAnObject: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    fc.constantFrom(...ROUTES),
    fc.constantFrom('1', '"x"', 'null', '[]', 'true', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  )
  .map(([{ url }, body]) => ({ method: 'POST', url, body, field: 'body', why: 'not an object' }));

const missingField: fc.Arbitrary<HostileRequest> = fc
  .constantFrom(...ROUTES.filter(({ takesNothing }) => !takesNothing))
  .map(({ url, valid }) => ({
    method: 'POST',
    url,
    body: '{}',
    field: Object.keys(JSON.parse(valid) as object)[0] ?? '',
    why: 'missing field',
  }));

const protoBesideFields: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    fc.constantFrom(...ROUTES.filter(({ url }) => url.startsWith('/v1'))),
    fc.constantFrom('"__proto__"', '"\\u005f_proto__"', '"__pr\\u006Fto__"'),
  )
  .map(([{ url, valid }, key]) => ({
    method: 'POST',
    url,
    body: valid.replace(/\}([^}]*)$/, (_, rest: string) => `, ${key}: {"admin": true}}${rest}`),
    field: '__proto__',
    why: 'unknown key beside the fields',
  }));

const unknownRoute: fc.Arbitrary<HostileRequest> = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
    fc.constantFrom('', '/v1'),
    fc.stringMatching(/^[a-z]{12,20}$/),
  )
  .map(([method, prefix, name]) => ({ method, url: `${prefix}/${name}`, field: 'Not Found', why: 'unknown route' }));

const unknownMethod: fc.Arbitrary<HostileRequest> = fc
  .tuple(fc.constantFrom('PUT', 'PATCH'), fc.constantFrom(...ROUTES))
  .map(([method, { url, valid }]) => ({
    method,
    url,
    body: valid,
    field: 'Method Not Allowed',
    why: 'unknown method',
  }));

/** Any request that must be refused. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  { weight: 6, arbitrary: wrongField },
  { weight: 2, arbitrary: malformed },
  { weight: 1, arbitrary: notAnObject },
  { weight: 1, arbitrary: missingField },
  { weight: 1, arbitrary: protoBesideFields },
  { weight: 1, arbitrary: unknownRoute },
  { weight: 1, arbitrary: unknownMethod },
  { weight: 2, arbitrary: fc.constantFrom(...WRONG_GETS) },
);

/** Any JSON at all as a body: whatever becomes of it, never a 5xx. */
export const anyBody: fc.Arbitrary<{ readonly url: string; readonly body: string }> = fc.record({
  url: fc.constantFrom(...ROUTES.map(({ url }) => url)),
  body: fc.oneof(
    fc.json(),
    fc.json({ stringUnit: 'binary' }),
    fc.object({ maxDepth: 6 }).map((value) => JSON.stringify(value)),
  ),
});

/** Whether an error body, of either API shape, tells which field it is about. */
export function namesField(body: unknown, field: string): boolean {
  const { detail, errors } = body as { detail: unknown; errors?: readonly { readonly field: string }[] };
  if (errors) return errors.some((error) => error.field.split('.').includes(field));
  if (typeof detail === 'string') return detail.includes(field);
  return Array.isArray(detail) && detail.some(({ loc }: { loc: readonly unknown[] }) => loc.includes(field));
}

/** Words that mean something to a database and nothing to us: they must be searched for like any others. */
export const HARMLESS_QUERIES: readonly string[] = [
  "'; DROP TABLE memories; --",
  "' OR '1'='1",
  'a & b | !c',
  'cat:*',
  "'unbalanced",
  '<->',
  'a <2> b',
  '(((',
  '!!!',
  ':*',
  '\\',
  '%',
  '_',
  '%%%',
  '"quoted" -minus OR or',
  '$1',
  '${x}',
  '{{x}}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '\u202e\ufeff',
  '🦉'.repeat(50),
  'ﷺ',
  'İ',
];

function hostilePost(route: Route, field: string, text: string): HostileRequest {
  const path = field.split('.');
  const name = path.findLast((step) => !/^\d+$/.test(step)) ?? field;
  return {
    method: 'POST',
    url: route.url,
    body: withRaw(route.valid, path, text),
    field: name,
    why: `${field} = ${text.slice(0, 60)}`,
  };
}

/** The JSON text with one value replaced by a raw text, which need not survive JSON.stringify (1e400, `__proto__`). */
function withRaw(json: string, path: readonly string[], raw: string): string {
  const mark = '@@raw@@';
  const root: unknown = JSON.parse(json);
  let node = root as Record<string, unknown>;
  for (const step of path.slice(0, -1)) node = (node[step] ??= {}) as Record<string, unknown>;
  node[path.at(-1) ?? ''] = mark;
  return JSON.stringify(root).replace(`"${mark}"`, () => raw);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
