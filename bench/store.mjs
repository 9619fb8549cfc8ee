// Store bench: what a durable acknowledgement costs, as ratios measured in the same run.
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import pg from 'pg';
import { indexed, startBenchService } from './bench-service.mjs';
import { memory } from './corpus.mjs';
import { median, parseArguments, post, spread } from './load.mjs';
import { optimised } from './qdrant.mjs';

const USAGE = `usage: node bench/store.mjs [--rounds 5] [--seconds 3] [--json]
Alternates in one run, on one service (embedded, or on the servers whose addresses are in the environment):
  POST /bench/noop against POST /store, with 64 clients and with 1
  POST /store with 64 clients, before and after the same service with SOMA_WRITE_BATCH_SIZE=1, so that a machine that
  gets slower or faster meanwhile changes both sides alike
  POST /store_bulk with 100 items against raw multi-row INSERTs through pg, all with 4 callers: of the memories alone
  (one table, its indexes), and of everything that a store writes (memory, ledger row, outbox row)`;
const BULK = 100;
const BULK_CALLERS = 4;

const options = parseArguments(USAGE, { rounds: 5, seconds: 3 });

let next = 0;
const storeBody = () => {
  const { coordinate, payload } = memory(next++);
  return { coord: coordinate.join(','), payload, type: 'episodic' };
};
const bulkBody = () => ({ items: Array.from({ length: BULK }, storeBody) });

/** One multi-row INSERT: column names, constant expressions, and a tuple of values per row. */
function multiRowInsert(table, columns, constants, tuples) {
  const names = [...columns, ...Object.keys(constants)];
  const fixed = Object.values(constants)
    .map((expression) => `,${expression}`)
    .join('');
  const rows = tuples.map(
    (_, row) => `(${columns.map((_name, column) => `$${row * columns.length + column + 1}`).join(',')}${fixed})`,
  );
  return { text: `INSERT INTO ${table} (${names.join(', ')}) VALUES ${rows.join(',')}`, values: tuples.flat() };
}

const MEMORY_COLUMNS = ['namespace', 'coordinate_key', 'coordinate', 'payload', 'searched_text', 'session'];
const MEMORY_CONSTANTS = {
  version: '1',
  created_version: '1',
  type: "'episodic'",
  content_hash: "sha256('x')",
  created_at: 'now()',
  updated_at: 'now()',
};
const EVENT_COLUMNS = ['id', 'event_id', 'namespace', 'coordinate_key', 'coordinate', 'payload'];
const EVENT_CONSTANTS = {
  type: "'created'",
  '"timestamp"': '1',
  memory_type: "'episodic'",
  version: '1',
  content_hash: "sha256('x')",
};
const OUTBOX_COLUMNS = ['event_id', 'namespace', 'coordinate_key'];

/** The INSERTs of 100 memories: into a table like `memories` alone, or into all three tables that a store writes. */
function rawStatements(isWhole) {
  const items = Array.from({ length: BULK }, () => ({ ...memory(next++), id: randomUUID() }));
  const memories = items.map(({ coordinate, payload }) => [
    'bench',
    coordinate.join(','),
    coordinate,
    JSON.stringify(payload),
    payload.text,
    payload.session,
  ]);
  const statements = [multiRowInsert('bench_memories', MEMORY_COLUMNS, MEMORY_CONSTANTS, memories)];
  if (!isWhole) return statements;
  const events = items.map(({ id, coordinate, payload }) => [
    id,
    id,
    'bench',
    coordinate.join(','),
    coordinate,
    JSON.stringify(payload),
  ]);
  const queued = items.map(({ id, coordinate }) => [id, 'bench', coordinate.join(',')]);
  return [
    ...statements,
    multiRowInsert('bench_events', EVENT_COLUMNS, EVENT_CONSTANTS, events),
    multiRowInsert('bench_outbox', OUTBOX_COLUMNS, { version: '1' }, queued),
  ];
}

/** Memories per second of raw INSERTs through pg, in transactions of 100, into copies of our tables with their indexes. */
async function rawInserts(database, seconds, isWhole) {
  const pool = new pg.Pool({ ...database, max: BULK_CALLERS });
  for (const [copy, table] of [
    ['bench_memories', 'memories'],
    ['bench_events', 'memory_events'],
    ['bench_outbox', 'outbox'],
  ]) {
    await pool.query(`DROP TABLE IF EXISTS ${copy}`);
    await pool.query(`CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`);
  }
  const deadline = performance.now() + seconds * 1000;
  let rows = 0;
  const caller = async () => {
    const client = await pool.connect();
    while (performance.now() < deadline) {
      const statements = rawStatements(isWhole);
      if (isWhole) await client.query('BEGIN');
      for (const statement of statements) await client.query(statement);
      if (isWhole) await client.query('COMMIT');
      rows += BULK;
    }
    client.release();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: BULK_CALLERS }, caller));
  const perSecond = (rows * 1000) / (performance.now() - start);
  await pool.end();
  return perSecond;
}

let service;
const rows = {
  noop64: [],
  store64: [],
  single64: [],
  again64: [],
  noop1: [],
  store1: [],
  bulk: [],
  raw: [],
  rawWhole: [],
};
const p50 = { noop64: [], store64: [], single64: [], again64: [], noop1: [], store1: [] };
/**
 * Nobody's figure may carry the indexing that an earlier one left behind: neither ours, nor the graphs that Qdrant goes on
 * building on every core when all points have long been taken.
 */
const settled = async () => {
  await indexed(service.url);
  if (process.env.QDRANT_URL !== undefined) await optimised('api_ns');
};
/** Only one service runs at a time, so that none pays for another's indexing. */
const restart = async (settings) => {
  if (service) await settled();
  await service?.stop();
  service = await startBenchService(settings);
  await post(service.url, '/store', storeBody, { connections: 64, seconds: 1 });
  await post(service.url, '/bench/noop', storeBody, { connections: 64, seconds: 1 });
};
const measure = async (name, path, body, connections) => {
  await settled();
  const { perSecond, p50: latency } = await post(service.url, path, body, { connections, seconds: options.seconds });
  rows[name].push(perSecond);
  p50[name].push(latency);
};
try {
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    await restart({});
    await measure('noop64', '/bench/noop', storeBody, 64);
    await measure('store64', '/store', storeBody, 64);
    await restart({ SOMA_WRITE_BATCH_SIZE: '1' });
    await measure('single64', '/store', storeBody, 64);
    await restart({});
    await measure('again64', '/store', storeBody, 64);
    await measure('noop1', '/bench/noop', storeBody, 1);
    await measure('store1', '/store', storeBody, 1);
  }
  // After the rest, because they leave the most to be indexed.
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`bulk round ${round} of ${options.rounds}\n`);
    await settled();
    const bulk = await post(service.url, '/store_bulk', bulkBody, {
      connections: BULK_CALLERS,
      seconds: options.seconds,
    });
    rows.bulk.push(bulk.perSecond * BULK);
    await settled();
    rows.raw.push(await rawInserts(service.database, options.seconds, false));
    rows.rawWhole.push(await rawInserts(service.database, options.seconds, true));
  }
} finally {
  await service?.stop();
}

const ratio = (a, b) => rows[a].map((value, index) => value / rows[b][index]);
const batching = rows.single64.map((single, index) => (rows.store64[index] + rows.again64[index]) / 2 / single);
if (options.json) {
  console.log(
    JSON.stringify({
      perSecond: rows,
      p50Ms: p50,
      ratios: {
        store64: median(ratio('store64', 'noop64')),
        batching: median(batching),
        bulk: median(ratio('bulk', 'raw')),
        bulkWhole: median(ratio('bulk', 'rawWhole')),
      },
    }),
  );
} else {
  console.log(
    `${availableParallelism()} cores for servers, service and load; ${options.rounds} rounds of ${options.seconds} s`,
  );
  console.log(`no-op POST, 64 clients      ${spread(rows.noop64)} /s, p50 ${spread(p50.noop64)} ms`);
  console.log(`store, 64 clients           ${spread(rows.store64)} /s, p50 ${spread(p50.store64)} ms`);
  console.log(
    `  ratio store / no-op       ${spread(ratio('store64', 'noop64'), 2)}   goal ≥ 0.40 embedded, ≥ 0.30 on servers`,
  );
  console.log(`store, batching off         ${spread(rows.single64)} /s, p50 ${spread(p50.single64)} ms`);
  console.log(`store, 64 clients, again    ${spread(rows.again64)} /s, p50 ${spread(p50.again64)} ms`);
  console.log(`  ratio store / batching off ${spread(batching, 2)}   goal ≥ 2.5 on servers`);
  console.log(`no-op POST, 1 client        ${spread(rows.noop1)} /s, p50 ${spread(p50.noop1)} ms`);
  console.log(`store, 1 client             ${spread(rows.store1)} /s, p50 ${spread(p50.store1)} ms`);
  console.log(`raw INSERT, memories alone   ${spread(rows.raw)} rows/s`);
  console.log(`raw INSERT, all three tables ${spread(rows.rawWhole)} rows/s`);
  console.log(`store_bulk of ${BULK}           ${spread(rows.bulk)} rows/s`);
  console.log(`  ratio bulk / raw, memories ${spread(ratio('bulk', 'raw'), 2)}   goal ≥ 0.50 embedded`);
  console.log(`  ratio bulk / raw, all      ${spread(ratio('bulk', 'rawWhole'), 2)}   goal ≥ 0.60 on servers`);
}
