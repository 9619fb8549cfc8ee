// Recall bench on real servers: filtered questions over many memories, against Qdrant's own search with the same filter.
import { availableParallelism } from 'node:os';
import { FeatureHashingEmbedder } from '@sfm/embedding';
import { fill, HEADERS, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { median, parseArguments, percentile, spread } from './load.mjs';
import { optimised, qdrant } from './qdrant.mjs';

const USAGE = `usage: node scripts/with-servers.mjs node bench/backends-recall.mjs [--memories 100000] [--queries 200] [--rounds 3] [--topk 10] [--json]
Fills the service, then alternates in rounds, with one client: recalls of questions of 5 to 15 words with a filter that one
memory in fifty matches, and searches of Qdrant for the same vectors with the same filter on an indexed payload field.`;
const COLLECTION = 'api_ns';
const TOPICS = 50;
const options = parseArguments(USAGE, { memories: 100_000, queries: 200, rounds: 3, topk: 10 });
if (process.env.QDRANT_URL === undefined) throw new Error('needs servers: see --help');

const topicOf = (n) => `topic-${n % TOPICS}`;

async function timed(from, ask) {
  const times = [];
  for (let n = from; n < from + options.queries; n += 1) {
    const start = performance.now();
    await ask(n);
    times.push(performance.now() - start);
  }
  return { p50: median(times), p95: percentile(times, 0.95) };
}

const service = await startBenchService({ QDRANT_INDEXED_FIELDS: 'topic' });
const recalls = [];
const searches = [];
try {
  await fill(service.url, options.memories, memory);
  await optimised(COLLECTION);
  const asked = options.queries * (options.rounds + 1);
  const questions = Array.from({ length: asked }, (_, n) => question(n, options.memories));
  const vectors = await new FeatureHashingEmbedder({ dimension: 768 }).embed(questions);
  const recall = async (n) => {
    const body = { query: questions[n], top_k: options.topk, filter: { topic: topicOf(n) } };
    const response = await fetch(`${service.url}/v1/recall`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(body),
    });
    const { hits, degraded } = await response.json();
    if (!response.ok || degraded.length > 0)
      throw new Error(`recall answered ${response.status}, degraded ${degraded}`);
    if (hits.length !== options.topk) throw new Error(`${hits.length} hits instead of ${options.topk}`);
  };
  const search = (n) =>
    qdrant('POST', `/collections/${COLLECTION}/points/search`, {
      vector: Array.from(vectors[n]),
      limit: options.topk,
      filter: { must: [{ key: 'topic', match: { value: topicOf(n) } }] },
    });
  // The first round warms up.
  for (let round = 0; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    const searched = await timed(round * options.queries, search);
    const recalled = await timed(round * options.queries, recall);
    if (round === 0) continue;
    searches.push(searched);
    recalls.push(recalled);
  }
} finally {
  await service.stop();
}

const p50 = (rows) => rows.map((row) => row.p50);
const p95 = (rows) => rows.map((row) => row.p95);
const allowed = searches.map((row) => 1.5 * row.p50 + 10);
if (options.json) {
  console.log(JSON.stringify({ memories: options.memories, recalls, searches }));
} else {
  console.log(`${availableParallelism()} cores for servers, processes and load; ${options.memories} memories`);
  console.log(`Qdrant search with filter   p50 ${spread(p50(searches), 2)}  p95 ${spread(p95(searches), 2)} ms`);
  console.log(`recall with filter, HTTP    p50 ${spread(p50(recalls), 2)}  p95 ${spread(p95(recalls), 2)} ms`);
  console.log(`  goal for p50              ≤ ${spread(allowed, 2)} ms (1.5 × search + 10 ms)`);
}
process.exit(0);
