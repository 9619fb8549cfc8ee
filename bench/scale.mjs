// Bench of growth: what recalls, stores, memory, disk and a restart cost in a namespace of each of some sizes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { fill, HEADERS, indexed, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { median, parseArguments, percentile, post } from './load.mjs';
import { optimised, qdrant } from './qdrant.mjs';
import { reportFiles, FILTERS } from './scale-report.mjs';

const USAGE = `usage: node bench/scale.mjs [--sizes 10000,100000,1000000] [--queries 200] [--rounds 3] [--seconds 5] [--topk 10] [--out bench/report] [--json]
       node scripts/with-servers.mjs node bench/scale.mjs …   # on PostgreSQL, Redis, Qdrant and Kafka of its own
Fills one namespace to each size in turn, waits until all is indexed, and measures there: recalls of questions of 5 to 15 words
with one client, without a filter and with one that half of the memories match, one in a thousand, or none; recalls and no-op
POSTs of 8 clients; stores of 16 clients; the resident memory of the processes; bytes in PostgreSQL and Qdrant; the time from
the start of the api process to its first recall. The same is measured once with nothing stored. Writes scale.md, its charts
(SVG) and scale.json into --out.`;
const options = parseArguments(USAGE, {
  sizes: '10000,100000,1000000',
  queries: 200,
  rounds: 3,
  seconds: 5,
  topk: 10,
  out: 'bench/report',
});
const sizes = options.sizes.split(',').map(Number);
for (const [name, values] of Object.entries({
  sizes,
  queries: [options.queries],
  rounds: [options.rounds],
  seconds: [options.seconds],
  topk: [options.topk],
})) {
  if (values.every((value, index) => Number.isInteger(value) && value > (values[index - 1] ?? 0))) continue;
  console.error(`scale: --${name} takes ${name === 'sizes' ? 'ascending ' : ''}whole numbers from 1\n${USAGE}`);
  process.exit(2);
}

const COLLECTION = 'api_ns';
const RARE = 1000;
/** Stores that are measured go here, beyond every size. */
const BEYOND = 1_000_000_000;
const hasQdrant = process.env.QDRANT_URL !== undefined;
const service = await startBenchService({ QDRANT_INDEXED_FIELDS: 'half,mark' });

function marked(n) {
  const { coordinate, payload } = memory(n);
  return { coordinate, payload: { ...payload, half: n % 2, mark: n % RARE } };
}

const filterOf = {
  none: () => undefined,
  common: (n) => ({ half: n % 2 }),
  rare: (n) => ({ mark: n % RARE }),
  never: (n) => ({ mark: -1 - n }),
};

function recallBody(n, size, filter) {
  return { query: question(n, size), top_k: options.topk, ...(filter && { filter }) };
}

async function recall(body) {
  const start = performance.now();
  const response = await fetch(`${service.url}/v1/recall`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`/v1/recall answered ${response.status}: ${JSON.stringify(answer)}`);
  return { milliseconds: performance.now() - start, degraded: answer.degraded };
}

/** p50 and p95 in milliseconds of each filter, one figure for each round; rounds alternate between the filters. */
async function recalls(size) {
  const rows = Object.fromEntries(FILTERS.map((name) => [name, { p50: [], p95: [] }]));
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const name of FILTERS) {
      const times = [];
      for (let index = 0; index < options.queries; index += 1) {
        const n = round * options.queries + index;
        const { milliseconds, degraded } = await recall(recallBody(n, size, filterOf[name](n)));
        if (degraded.length > 0) throw new Error(`a recall among ${size} was degraded: ${degraded}`);
        times.push(milliseconds);
      }
      // The first round warms up.
      if (round === 0) continue;
      rows[name].p50.push(median(times));
      rows[name].p95.push(percentile(times, 0.95));
    }
  }
  return rows;
}

const storeBody = (n) => {
  const { coordinate, payload } = marked(BEYOND + n);
  return { coord: coordinate.join(','), payload, type: 'episodic' };
};
let stored = 0;

/** Per second: recalls and no-op POSTs of 8 clients, stores of 16, one figure for each round. */
async function rates(size) {
  const rows = { recalls: [], noops: [], stores: [] };
  const load = (path, body, connections) => post(service.url, path, body, { connections, seconds: options.seconds });
  for (let round = 0; round < options.rounds; round += 1) {
    rows.noops.push((await load('/bench/noop', storeBody, 8)).perSecond);
    rows.recalls.push((await load('/v1/recall', (n) => recallBody(n, size), 8)).perSecond);
    const from = stored;
    const numbered = (n) => {
      stored = Math.max(stored, from + n + 1);
      return storeBody(from + n);
    };
    rows.stores.push((await load('/store', numbered, 16)).perSecond);
    await indexed(service.url);
  }
  return rows;
}

/** Resident bytes of each process. */
function resident() {
  const bytesOf = (pid) => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  return Object.fromEntries(Object.entries(service.processes).map(([name, pid]) => [name, bytesOf(pid)]));
}

/** Bytes that each server keeps. */
async function kept() {
  const client = new pg.Client(service.database);
  await client.connect();
  const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
  await client.end();
  const postgres = Number(rows[0].bytes);
  if (!hasQdrant) return { postgres };
  const { collections } = await qdrant('GET', '/telemetry?details_level=4');
  const segments = collections.collections
    .flatMap(({ shards }) => shards ?? [])
    .flatMap(({ local }) => local?.segments ?? []);
  const bytes = ({ info }) => (info.vectors_size_bytes ?? 0) + (info.payloads_size_bytes ?? 0);
  return { postgres, qdrant: segments.reduce((sum, segment) => sum + bytes(segment), 0) };
}

/** Seconds from the start of the api process to its first whole answer to a recall. */
async function restarted(size) {
  const start = performance.now();
  await service.restart();
  for (;;) {
    const { degraded } = await recall(recallBody(0, Math.max(1, size)));
    if (degraded.length === 0) return (performance.now() - start) / 1000;
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function measured(size) {
  const latency = await recalls(size);
  const bytes = await kept();
  const memories = resident();
  const perSecond = await rates(size);
  return { size, recalls: latency, perSecond, resident: memories, kept: bytes, restartSeconds: await restarted(size) };
}

const report = {
  startedAt: new Date().toISOString(),
  backends: hasQdrant ? 'PostgreSQL, Redis, Qdrant and Kafka' : 'embedded',
  machine: `${availableParallelism()} cores for the load, the service and its servers, Node ${process.versions.node}`,
  topk: options.topk,
  empty: undefined,
  steps: [],
};
try {
  report.empty = { resident: resident(), restartSeconds: await restarted(0) };
  for (const [index, size] of sizes.entries()) {
    await fill(service.url, size, marked, { first: sizes[index - 1] ?? 0 });
    if (hasQdrant) await optimised(COLLECTION);
    process.stderr.write(`measuring at ${size}\n`);
    report.steps.push(await measured(size));
  }
} finally {
  await service.stop();
}
const folder = resolve(options.out);
mkdirSync(folder, { recursive: true });
const files = reportFiles(report);
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
process.stderr.write(`report: ${join(folder, 'scale.md')}\n`);
console.log(options.json ? JSON.stringify(report) : files['scale.md']);
process.exit(0);
