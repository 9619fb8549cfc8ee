// Drain bench: how long the index takes to catch up with a burst of stores, against raw batched upserts of the same vectors.
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { FeatureHashingEmbedder } from '@sfm/embedding';
import pg from 'pg';
import { HEADERS, settled, startBenchService } from './bench-service.mjs';
import { memory } from './corpus.mjs';
import { inParallel, median, parseArguments, postAll, spread } from './load.mjs';
import { qdrant, withoutGraphs } from './qdrant.mjs';
import { until } from './until.mjs';

const USAGE = `usage: node scripts/with-servers.mjs node bench/drain.mjs [--stores 10000] [--rounds 3] [--batch 500] [--lean] [--json]
Each round stores so many memories with 64 clients as fast as they are acknowledged, and takes the time from the last
acknowledgement until nothing waits to be indexed; then upserts the same vectors into a collection with the same settings,
in batches that are waited for, two under way at a time. Qdrant builds no graphs meanwhile. The clients are fetch; with --lean
they are ones that cost less of the cores, so that the burst is shorter and less is indexed by its end.`;
const CLIENTS = 64;
const COLLECTION = 'api_ns';
/** Stores before the first round: their code is compiled then, and the collection is there. */
const WARM_UP = 10_000;
const options = parseArguments(USAGE, { stores: 10_000, rounds: 3, batch: 500, lean: false });
if (process.env.QDRANT_URL === undefined) throw new Error('needs servers: see --help');

/** How often is asked whether all is indexed. */
const LOOK_MS = 10;

const embedder = new FeatureHashingEmbedder({ dimension: 768 });

/**
 * Asks the truth itself: the metrics, which say it too, count what is waiting, and asking for them this often would take a
 * good part of what is measured. So would a plan that reads the table from its beginning, which is what PostgreSQL makes of
 * looking for the first of rows that it believes to be many.
 */
async function isIndexed(database) {
  const { rows } = await database.query('SELECT FROM memories WHERE indexed_version < version LIMIT 1');
  return rows.length === 0;
}

/** Seconds from first to last acknowledgement, and from there until everything is indexed. */
async function burst(url, database, memories) {
  const bodies = memories.map(({ coordinate, payload }) =>
    JSON.stringify({ coord: coordinate.join(','), payload, type: 'episodic' }),
  );
  const started = performance.now();
  if (options.lean) await postAll(url, '/store', bodies, { connections: CLIENTS });
  else await inParallel(bodies, CLIENTS, (body) => store(url, body));
  const acknowledged = performance.now();
  await until(() => isIndexed(database), 'the index did not catch up', LOOK_MS);
  return { stored: (acknowledged - started) / 1000, drained: (performance.now() - acknowledged) / 1000 };
}

async function store(url, body) {
  const response = await fetch(`${url}/store`, { method: 'POST', headers: HEADERS, body });
  if (!response.ok) throw new Error(`/store answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

/** Seconds that the upserts alone take; vectors are made before, and the collection is empty. */
async function rawUpserts(memories) {
  const { config, payload_schema: schema } = await qdrant('GET', `/collections/${COLLECTION}`);
  const name = `raw-${randomUUID()}`;
  await qdrant('PUT', `/collections/${name}`, { vectors: config.params.vectors });
  await withoutGraphs(name);
  for (const [field_name, { data_type: field_schema, params }] of Object.entries(schema)) {
    await qdrant('PUT', `/collections/${name}/index?wait=true`, { field_name, field_schema: params ?? field_schema });
  }
  const vectors = await embedder.embed(memories.map(({ payload }) => payload.text));
  const points = memories.map(({ payload }, index) => ({ id: index, vector: Array.from(vectors[index]), payload }));
  const started = performance.now();
  let next = 0;
  const lane = async () => {
    for (let from = next; from < points.length; from = next) {
      next += options.batch;
      await qdrant('PUT', `/collections/${name}/points?wait=true`, {
        points: points.slice(from, from + options.batch),
      });
    }
  };
  await Promise.all([lane(), lane()]);
  const seconds = (performance.now() - started) / 1000;
  await qdrant('DELETE', `/collections/${name}`);
  return seconds;
}

const service = await startBenchService();
const database = new pg.Pool({ ...service.database, max: 1, options: '-c enable_seqscan=off' });
const rounds = { stored: [], drained: [], raw: [] };
try {
  await burst(
    service.url,
    database,
    Array.from({ length: WARM_UP }, (_, index) => memory(index)),
  );
  await settled(service.url);
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    const memories = Array.from({ length: options.stores }, (_, index) =>
      memory(WARM_UP + round * options.stores + index),
    );
    const { stored, drained } = await burst(service.url, database, memories);
    rounds.stored.push(stored);
    rounds.drained.push(drained);
    rounds.raw.push(await rawUpserts(memories));
  }
} finally {
  await database.end();
  await service.stop();
}

const ratios = rounds.drained.map((seconds, index) => seconds / rounds.raw[index]);
if (options.json) {
  console.log(JSON.stringify({ seconds: rounds, ratio: median(ratios) }));
} else {
  console.log(`${availableParallelism()} cores for servers, processes and load; ${options.stores} stores`);
  console.log(`acknowledged after             ${spread(rounds.stored, 2)} s`);
  console.log(`indexed so long after that     ${spread(rounds.drained, 2)} s`);
  console.log(`raw upserts of ${options.batch}             ${spread(rounds.raw, 2)} s`);
  console.log(`  ratio drained / raw          ${spread(ratios, 2)}   goal ≤ 1.3`);
}
process.exit(0);
