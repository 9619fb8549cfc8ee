// Links bench: neighbours and paths as a ratio to reading one memory, in the same run, at two sizes of one service.
import { availableParallelism } from 'node:os';
import pg from 'pg';
import { HEADERS, startBenchService } from './bench-service.mjs';
import { inParallel, median, parseArguments, percentile, spread } from './load.mjs';

const USAGE = `usage: node bench/links.mjs [--small 10000] [--large 100000] [--degree 10] [--queries 60] [--rounds 5] [--callers 16] [--json]
Writes two namespaces of memories into the database of one service, with so many links for each memory, whose ends follow a power
law, then alternates between them with one client; at the end, with so many callers at once on the large one, the links,
neighbours and paths of existing clients, and weighted paths. Embedded, or on the servers whose addresses are in the environment.`;
const options = parseArguments(USAGE, {
  small: 10_000,
  large: 100_000,
  degree: 10,
  queries: 60,
  rounds: 5,
  callers: 16,
});
const SIZES = ['small', 'large'];
const GOALS = { neighbours: 1.5, path: 10 };
/** Time-outs of existing clients, milliseconds; they ask for the path of fewest links. */
const TIMEOUTS = { link: 100, graphNeighbours: 100, graphPath: 200, path: 200 };

const namespaceOf = (size) => `bench_links_${size}`;

/** Rows as the service writes them: a ledger is not needed to read. A square draws ends that few memories share. */
async function fill(database, size) {
  const count = options[size];
  const client = new pg.Client(database);
  await client.connect();
  try {
    await client.query('SELECT setseed(0.5)');
    await client.query('INSERT INTO namespaces (name) VALUES ($1)', [namespaceOf(size)]);
    await client.query(
      `INSERT INTO memories (namespace, coordinate_key, coordinate, version, created_version, indexed_version, type, payload,
        content_hash, created_at, updated_at)
      SELECT $1, n::text, ARRAY[n], 1, 1, 1, 'semantic', jsonb_build_object('text', 'memory ' || n), '', now(), now()
      FROM generate_series(1, $2::int) AS n`,
      [namespaceOf(size), count],
    );
    await client.query(
      `INSERT INTO memory_links (namespace, from_key, to_key, link_type, weight, from_life, to_life)
      SELECT $1, "from"::text, "to"::text, 't' || kind, weight, 1, 1
      FROM (SELECT 1 + floor($2::int * random() ^ 2)::int AS "from", 1 + floor($2::int * random() ^ 3)::int AS "to",
          floor(random() * 3)::int AS kind, random() AS weight FROM generate_series(1, $2::int * $3::int)) AS drawn
      WHERE "from" <> "to" ON CONFLICT DO NOTHING`,
      [namespaceOf(size), count, options.degree],
    );
    await client.query('ANALYZE memories');
    await client.query('ANALYZE memory_links');
    const { rows } = await client.query(
      `SELECT count(*)::int AS links, (SELECT max(n)::int FROM (SELECT count(*) AS n FROM memory_links WHERE namespace = $1
        GROUP BY to_key) AS degrees) AS most FROM memory_links WHERE namespace = $1`,
      [namespaceOf(size)],
    );
    return rows[0];
  } finally {
    await client.end();
  }
}

let seed = 1;
/** A node of the namespace, any one. */
const node = (size) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return 1 + (seed % options[size]);
};

const REQUESTS = {
  read: (size) => ({ path: `/v1/memories/${node(size)}` }),
  neighbours: (size) => ({ path: `/v1/graph/neighbors?coordinate=${node(size)}&limit=10` }),
  path: (size) => ({ path: `/v1/graph/shortest-path?from=${node(size)}&to=${node(size)}&type=t1&max_depth=6` }),
  graphNeighbours: (size) => ({ path: `/graph/neighbors?coord=${node(size)}&k_hop=1&limit=10` }),
  graphPath: (size) => ({ path: `/graph/path?from_coord=${node(size)}&to_coord=${node(size)}&max_length=10` }),
  link: (size) => ({ path: '/graph/link', body: { from_coord: `${node(size)}`, to_coord: `${node(size)}.5` } }),
};

const outcomes = { found: 0, none: 0, refused: 0 };

async function ask(url, kind, size) {
  const { path, body } = REQUESTS[kind](size);
  const start = performance.now();
  const response = await fetch(url + path, {
    headers: { ...HEADERS, 'x-soma-namespace': namespaceOf(size) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  const took = performance.now() - start;
  const isRefused = answer.type === 'urn:sfm:problem:graph_limit_exceeded' || response.headers.has('warning');
  if (!response.ok && !isRefused) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  if (kind.toLowerCase().endsWith('path')) outcomes[isRefused ? 'refused' : answer.found ? 'found' : 'none'] += 1;
  return took;
}

async function medianOf(url, kind, size) {
  const times = [];
  for (let n = 0; n < options.queries; n += 1) times.push(await ask(url, kind, size));
  return median(times);
}

const service = await startBenchService();
const results = Object.fromEntries(SIZES.map((size) => [size, { read: [], neighbours: [], path: [] }]));
const together = {};
const filled = {};
try {
  for (const size of SIZES) filled[size] = await fill(service.database, size);
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const size of SIZES) {
      for (const [kind, times] of Object.entries(results[size])) {
        const time = await medianOf(service.url, kind, size);
        // The first round warms up.
        if (round > 0) times.push(time);
      }
    }
  }
  for (const kind of Object.keys(TIMEOUTS)) {
    together[kind] = [];
    await inParallel(Array.from({ length: options.callers * 50 }), options.callers, async () => {
      together[kind].push(await ask(service.url, kind, 'large'));
    });
  }
} finally {
  await service.stop();
}

const ratios = (size, kind) => results[size][kind].map((time, round) => time / results[size].read[round]);
const growth = results.large.path.map((time, round) => time / results.small.path[round]);
if (options.json) {
  console.log(JSON.stringify({ filled, results, together, outcomes }));
} else {
  console.log(
    `${availableParallelism()} cores for service and load; ${options.rounds} rounds of ${options.queries} questions`,
  );
  for (const size of SIZES) {
    const { links, most } = filled[size];
    console.log(`${options[size]} memories, ${links} links, ${most} to one memory; p50 in ms`);
    console.log(`  one memory   ${spread(results[size].read, 2)}`);
    for (const [kind, goal] of Object.entries(GOALS)) {
      console.log(
        `  ${kind.padEnd(12)} ${spread(results[size][kind], 2)}, ratio ${spread(ratios(size, kind), 2)}   goal ≤ ${goal}`,
      );
    }
  }
  console.log(`path, large to small: ${spread(growth, 2)}   goal ≤ 2`);
  console.log(`paths found ${outcomes.found}, none ${outcomes.none}, refused ${outcomes.refused}`);
  for (const [kind, times] of Object.entries(together)) {
    const late = times.filter((time) => time > TIMEOUTS[kind]).length;
    const figures = [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1)).join(' / ');
    console.log(
      `${options.callers} callers, ${kind}: p50 / p95 / p99 ${figures} ms, ${late} of ${times.length} over ${TIMEOUTS[kind]} ms`,
    );
  }
}
