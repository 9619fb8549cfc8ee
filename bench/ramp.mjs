// Ramped bench: growing numbers of stores and recalls on one service, with a report of tables and charts.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { HEADERS, indexed, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { inParallel, parseArguments } from './load.mjs';
import { reportFiles, summarize } from './ramp-report.mjs';

const USAGE = `usage: node bench/ramp.mjs [--steps 100,500,1000,5000,10000] [--clients 16] [--topk 10] [--out bench/report] [--json]
       node scripts/with-servers.mjs node bench/ramp.mjs …   # on PostgreSQL, Redis, Qdrant and Kafka of its own
       SOMA_BENCH_URL=http://localhost:9595 SOMA_BENCH_TOKEN=… node bench/ramp.mjs …   # on a service that runs already
Each step stores so many memories one by one, waits until all are indexed, and asks so many questions, with --clients
callers at a time. Writes report.md, its charts (SVG) and report.json into --out; --json prints the latter as well.
Ends with status 1 when any call failed. Calls that fail are counted by their reason and are not in the percentiles.
A service that runs already should have its rate limit off (SOMA_RATE_LIMIT_MAX=0), or it answers 429; the memories stay
there, in a namespace that the report names.`;
const CALL_WITHIN_MS = 60_000;
const WARM_UP = 100;
const BACKENDS = {
  POSTGRES_URL: 'PostgreSQL',
  REDIS_URL: 'Redis',
  QDRANT_URL: 'Qdrant',
  KAFKA_BOOTSTRAP_SERVERS: 'Kafka',
};

const options = parseArguments(USAGE, { steps: '100,500,1000,5000,10000', clients: 16, topk: 10, out: 'bench/report' });
const sizes = options.steps.split(',').map(Number);
for (const [name, value] of [
  ...sizes.map((size) => ['steps', size]),
  ['clients', options.clients],
  ['topk', options.topk],
]) {
  if (Number.isInteger(value) && value > 0) continue;
  console.error(`ramp: --${name} takes whole numbers from 1\n${USAGE}`);
  process.exit(2);
}

const runningUrl = process.env.SOMA_BENCH_URL?.replace(/(?<!\/)\/+$/, '');
const namespace = `bench-ramp-${randomUUID().slice(0, 8)}`;
const headers = { ...HEADERS, 'x-soma-namespace': namespace };
const service = runningUrl ? { url: runningUrl, stop: async () => undefined } : await startBenchService();

function describeBackends() {
  if (runningUrl) return `a running service at ${new URL(runningUrl).origin}`;
  const given = Object.keys(BACKENDS).filter((variable) => process.env[variable] !== undefined);
  return given.length === 0 ? 'embedded backends' : given.map((variable) => BACKENDS[variable]).join(', ');
}

const storeBody = (index) => {
  const { coordinate, payload } = memory(index);
  return { coord: coordinate.join(','), payload, type: 'episodic' };
};

/** Why an answer to a recall is not a good one; undefined when it is. */
const recallProblem = ({ hits, degraded }) => {
  if (degraded.length > 0) return `degraded: ${degraded.join(', ')}`;
  return hits.length === 0 ? 'no hits' : undefined;
};

/** Times one call, and names the reason when it failed. */
async function call(path, body, problem = () => undefined) {
  const start = performance.now();
  const failure = await post(path, body, problem).catch((error) => error.cause?.code ?? error.name);
  return { milliseconds: performance.now() - start, failure };
}

async function post(path, body, problem) {
  const signal = AbortSignal.timeout(CALL_WITHIN_MS);
  const response = await fetch(service.url + path, { method: 'POST', headers, body, signal });
  const text = await response.text();
  return response.ok ? problem(JSON.parse(text)) : `HTTP ${response.status}`;
}

/** Makes all calls, and sums them up; bodies are made before the clock starts. */
async function phase(path, contents, problem) {
  const bodies = contents.map((content) => JSON.stringify(content));
  const calls = [];
  const start = performance.now();
  await inParallel(bodies, options.clients, async (body) => calls.push(await call(path, body, problem)));
  return summarize(calls, (performance.now() - start) / 1000);
}

/** Seconds until nothing waits to be indexed; null when that cannot be seen. */
async function untilIndexed() {
  const start = performance.now();
  try {
    await indexed(service.url);
  } catch (error) {
    process.stderr.write(`ramp: ${error.message}\n`);
    return null;
  }
  return (performance.now() - start) / 1000;
}

/** Stores and recalls `size` times; `before` memories are there already. */
async function step(size, before) {
  const held = before + size;
  const numbers = Array.from({ length: size }, (_, offset) => before + offset);
  const stores = await phase('/store', numbers.map(storeBody));
  const indexedSeconds = await untilIndexed();
  const questions = numbers.map((n) => ({ query: question(n, held), top_k: options.topk }));
  const recalls = await phase('/v1/recall', questions, recallProblem);
  return { size, held, stores, indexedSeconds, recalls };
}

const ramp = {
  startedAt: new Date().toISOString(),
  clients: options.clients,
  backends: describeBackends(),
  machine: `${availableParallelism()} cores for the load${runningUrl ? '' : ', the service and its servers'}, Node ${process.versions.node}`,
  namespace,
  warmUp: WARM_UP,
  steps: [],
};
try {
  process.stderr.write(`warming up\n`);
  let { held } = await step(WARM_UP, 0);
  for (const size of sizes) {
    process.stderr.write(`${size} stores and recalls\n`);
    const done = await step(size, held);
    ramp.steps.push(done);
    held = done.held;
    if (done.indexedSeconds !== null) continue;
    ramp.stopped = `what step ${size} stored was not seen to be indexed.`;
    break;
  }
} finally {
  await service.stop();
}

const folder = resolve(options.out);
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(reportFiles(ramp))) writeFileSync(join(folder, name), content);
process.stderr.write(`report: ${join(folder, 'report.md')}\n`);
if (options.json) console.log(JSON.stringify(ramp));
const errors = ramp.steps.reduce((sum, { stores, recalls }) => sum + stores.errors + recalls.errors, 0);
if (errors > 0) process.stderr.write(`ramp: ${errors} calls failed\n`);
process.exit(errors > 0 || ramp.stopped !== undefined ? 1 : 0);
