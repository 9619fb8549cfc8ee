// Recall quality over HTTP: do the memories that hold the evidence for a question come first?
import { startBenchService, TOKEN } from './bench-service.mjs';
import { parseArguments } from './load.mjs';
import { readConversations } from './locomo-data.mjs';
import { CUTS, meanScores, rankingScores } from './ranking-scores.mjs';

const USAGE = `usage: node bench/locomo.mjs --data FILE [--url URL --token TOKEN] [--bulk | --concurrency 1] [--parallel 4] [--json]
Stores each turn of each conversation as one memory, asks each question as one recall with the shipped defaults, and
prints the share of the evidence turns among the first k hits (recall@k), the share of questions with any (hit@k), MRR
and nDCG@10. Without --url a service is started on a temporary data folder.
  --bulk           stores 100 turns per request; otherwise one per request, --concurrency at a time
  --concurrency N  stores in flight at once
  --parallel N     recalls in flight at once`;
const options = parseArguments(USAGE, { data: '', url: '', token: TOKEN, bulk: false, concurrency: 1, parallel: 4 });
if (!options.data) {
  console.error(USAGE);
  process.exit(2);
}

const BULK_ITEMS = 100;
const run = `locomo-${Date.now().toString(36)}`;
const service = options.url ? undefined : await startBenchService();
const url = service?.url ?? options.url.replace(/\/$/, '');

/** POSTs as the given namespace, the default one when there is none; waits where the rate limit asks for it. */
async function send(path, body, namespace) {
  const headers = { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' };
  if (namespace) headers['x-soma-namespace'] = namespace;
  for (;;) {
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.ok) return response.json();
    const answer = await response.text();
    if (response.status !== 429)
      throw new Error(`${path} answered ${response.status}: ${answer}`, { cause: response.status });
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after') ?? 1)));
  }
}

/** Whether the credential may use namespaces of its own choice. */
async function choosesNamespaces() {
  try {
    await send('/v1/recall', { query: 'probe', top_k: 1 }, run);
    return true;
  } catch (error) {
    if (error.cause !== 403) throw error;
    return false;
  }
}

/** Runs `work` over the items, `limit` at a time, started in order. */
async function inParallel(items, limit, work) {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

async function store(memories, namespace) {
  if (!options.bulk)
    return inParallel(memories, options.concurrency, (memory) => send('/v1/memories', memory, namespace));
  for (let from = 0; from < memories.length; from += BULK_ITEMS) {
    const { failed } = await send(
      '/v1/memories:batch',
      { memories: memories.slice(from, from + BULK_ITEMS) },
      namespace,
    );
    if (failed > 0) throw new Error(`${failed} memories were refused`);
  }
}

async function ask({ question, category, evidence }, { runId, namespace }) {
  const filter = namespace ? {} : { filter: { run_id: runId } };
  const { hits } = await send('/v1/recall', { query: question, top_k: Math.max(...CUTS), ...filter }, namespace);
  const ranking = hits.map(({ payload }) => (payload.run_id === runId ? payload.dia_id : undefined));
  return { category, scores: rankingScores(ranking, evidence) };
}

async function measure(conversations) {
  const ownNamespaces = await choosesNamespaces();
  const results = [];
  for (const [place, { id, turns, questions }] of conversations.entries()) {
    const runId = `${run}-${id}`;
    const where = { runId, namespace: ownNamespaces ? runId : undefined };
    const memories = turns.map((turn, index) => ({
      coordinate: [Date.now(), place, index],
      payload: { ...turn, run_id: runId },
    }));
    await store(memories, where.namespace);
    await inParallel(questions, options.parallel, async (question) => {
      results.push(await ask(question, where));
      if (process.stderr.isTTY) process.stderr.write(`\r${id}: ${results.length} questions asked so far`);
    });
    process.stderr.write(`\r${id}: ${turns.length} turns stored, ${questions.length} questions asked      \n`);
  }
  return results;
}

function print(report) {
  const columns = [...CUTS.map((cut) => `recall@${cut}`), 'hit@5', 'hit@10', 'mrr', 'ndcg@10'];
  console.log(
    `${'category'.padEnd(10)}${'questions'.padStart(10)}${columns.map((name) => name.padStart(11)).join('')}`,
  );
  for (const [name, scores] of Object.entries(report)) {
    const cells = columns.map((column) => scores[column].toFixed(4).padStart(11)).join('');
    console.log(`${name.padEnd(10)}${String(scores.questions).padStart(10)}${cells}`);
  }
}

try {
  const results = await measure(await readConversations(options.data));
  const categories = [...new Set(results.map(({ category }) => category))].sort();
  const scoresOf = (chosen) => meanScores(chosen.map(({ scores }) => scores));
  const report = {
    ...Object.fromEntries(
      categories.map((each) => [each, scoresOf(results.filter(({ category }) => category === each))]),
    ),
    all: scoresOf(results),
  };
  if (options.json) console.log(JSON.stringify(report));
  else print(report);
} finally {
  await service?.stop();
}
