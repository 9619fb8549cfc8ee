// Recall bench: latency of natural-language recalls over a filled namespace, against the raw index search.
import { EmbeddedVectorIndex } from '@sfm/vector';
import { FeatureHashingEmbedder } from '@sfm/embedding';
import { analyzeText, EMPTY_OVERLAY } from '@sfm/memory';
import { fill, HEADERS, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { median, parseArguments, percentile, post } from './load.mjs';

const USAGE = `usage: node bench/recall.mjs [--memories 10000] [--queries 500] [--topk 10] [--seconds 5] [--json]
Fills an embedded service, then recalls questions of 5 to 15 words: 1 client, 1 client with a filter, 64 clients.
The baseline is the vector search alone, in process, over the same vectors.`;
const options = parseArguments(USAGE, { memories: 10_000, queries: 500, topk: 10, seconds: 5 });

async function timed(count, run) {
  for (let index = 0; index < Math.min(50, count); index += 1) await run(index);
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const start = performance.now();
    await run(index);
    times.push(performance.now() - start);
  }
  return times;
}

/** Times of the bare index search for the same questions. */
async function rawSearchTimes() {
  const embedder = new FeatureHashingEmbedder({ dimension: 768 });
  const index = new EmbeddedVectorIndex({ dimension: 768 });
  for (let from = 0; from < options.memories; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, options.memories - from) }, (_, offset) => memory(from + offset));
    const vectors = await embedder.embed(batch.map(({ payload }) => payload.text));
    const changes = batch.map(({ coordinate, payload }, offset) => ({
      kind: 'upsert',
      point: {
        key: coordinate.join(','),
        id: from + offset + 1,
        version: 1,
        type: 'episodic',
        payload,
        importanceNorm: 0,
        createdAtMs: 0,
        expiresAtMs: null,
        vector: vectors[offset],
        text: analyzeText(''),
      },
    }));
    await index.apply('bench', changes);
  }
  const queries = await embedder.embed(
    Array.from({ length: options.queries }, (_, n) => question(n, options.memories)),
  );
  const nowMs = Date.now();
  return timed(options.queries, (n) =>
    index.search('bench', { vector: queries[n], limit: options.topk, nowMs }, EMPTY_OVERLAY),
  );
}

const raw = await rawSearchTimes();
const service = await startBenchService();
const body = (n, extra = {}) => ({ query: question(n, options.memories), top_k: options.topk, ...extra });
const recall = async (payload) => {
  const response = await fetch(`${service.url}/v1/recall`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(payload),
  });
  if (!response.ok) throw new Error(`/v1/recall answered ${response.status}: ${await response.text()}`);
  await response.json();
};
let one, filtered, many;
try {
  await fill(service.url, options.memories, memory);
  one = await timed(options.queries, (n) => recall(body(n)));
  filtered = await timed(options.queries, (n) => recall(body(n, { filter: { topic: `topic-${n % 50}` } })));
  many = await post(service.url, '/v1/recall', (n) => body(n), { connections: 64, seconds: options.seconds });
} finally {
  await service.stop();
}

const row = (times) => ({ p50: median(times), p95: percentile(times, 0.95), p99: percentile(times, 0.99) });
const report = {
  memories: options.memories,
  rawSearchMs: row(raw),
  recallMs: row(one),
  filteredRecallMs: row(filtered),
  clients64: many,
};
if (options.json) {
  console.log(JSON.stringify(report));
} else {
  const line = (name, { p50, p95, p99 }) =>
    console.log(`${name.padEnd(36)} p50 ${p50.toFixed(2)}  p95 ${p95.toFixed(2)}  p99 ${p99.toFixed(2)} ms`);
  console.log(`${options.memories} memories, ${options.queries} questions, top ${options.topk}`);
  line('raw vector search, in process', report.rawSearchMs);
  line('recall over HTTP, 1 client', report.recallMs);
  line('filtered recall over HTTP, 1 client', report.filteredRecallMs);
  console.log(
    `${'recall over HTTP, 64 clients'.padEnd(36)} ${many.perSecond.toFixed(0)} /s, p50 ${many.p50} ms, p99 ${many.p99} ms`,
  );
  console.log(
    `ratio of recall p50 to the raw search p50: ${(report.recallMs.p50 / report.rawSearchMs.p50).toFixed(1)}   goal: p50 ≤ 15 ms at 10,000 memories`,
  );
}
