// Bulk bench: what storing many memories at once costs, against raw INSERTs of the same rows in the same run.
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import pg from 'pg';
import { settled, startBenchService } from './bench-service.mjs';
import { memory } from './corpus.mjs';
import { median, parseArguments, post, spread } from './load.mjs';

const USAGE = `usage: node bench/bulk.mjs [--rounds 5] [--seconds 3] [--warm-up 10] [--json]
Each round runs, one right after the other on one service (embedded, or on the servers whose addresses are in the
environment) and with 4 callers each:
  raw multi-row INSERTs of 100 through pg, of the memories alone (one table, its indexes)
  the same of everything that a store writes (memory, ledger row, outbox row)
  POST /store_bulk with 100 items
The service is measured after seconds of the same calls, when its code is compiled.`;
const BULK = 100;
const BULK_CALLERS = 4;

const options = parseArguments(USAGE, { rounds: 5, seconds: 3, 'warm-up': 10 });

let next = 0;
const bulkBody = () => ({
  items: Array.from({ length: BULK }, () => {
    const { coordinate, payload } = memory(next++);
    return { coord: coordinate.join(','), payload, type: 'episodic' };
  }),
});

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

const COPIES = [
  ['bench_memories', 'memories'],
  ['bench_events', 'memory_events'],
  ['bench_outbox', 'outbox'],
];

/** Memories per second of raw INSERTs through pg, in transactions of 100, into copies of our tables with their indexes. */
async function rawInserts(database, seconds, isWhole) {
  const pool = new pg.Pool({ ...database, max: BULK_CALLERS });
  for (const [copy, table] of COPIES) await pool.query(`CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`);
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
  // At once: else vacuuming them and writing their pages to disk would slow down what is measured next.
  for (const [copy] of COPIES) await pool.query(`DROP TABLE ${copy}`);
  await pool.end();
  return perSecond;
}

const rows = { bulk: [], raw: [], rawWhole: [] };
const service = await startBenchService();
const storeBulk = (seconds) => post(service.url, '/store_bulk', bulkBody, { connections: BULK_CALLERS, seconds });
try {
  await storeBulk(options['warm-up']);
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    await settled(service.url);
    rows.raw.push(await rawInserts(service.database, options.seconds, false));
    rows.rawWhole.push(await rawInserts(service.database, options.seconds, true));
    rows.bulk.push((await storeBulk(options.seconds)).perSecond * BULK);
  }
} finally {
  await service.stop();
}

const ratio = (a, b) => rows[a].map((value, index) => value / rows[b][index]);
if (options.json) {
  console.log(
    JSON.stringify({
      perSecond: rows,
      ratios: { bulk: median(ratio('bulk', 'raw')), bulkWhole: median(ratio('bulk', 'rawWhole')) },
    }),
  );
} else {
  console.log(
    `${availableParallelism()} cores for servers, service and load; ${options.rounds} rounds of ${options.seconds} s`,
  );
  console.log(`raw INSERT, memories alone   ${spread(rows.raw)} rows/s`);
  console.log(`raw INSERT, all three tables ${spread(rows.rawWhole)} rows/s`);
  console.log(`store_bulk of ${BULK}           ${spread(rows.bulk)} rows/s`);
  console.log(`  ratio bulk / raw, memories ${spread(ratio('bulk', 'raw'), 2)}   goal ≥ 0.50 embedded`);
  console.log(`  ratio bulk / raw, all      ${spread(ratio('bulk', 'rawWhole'), 2)}   goal ≥ 0.60 on servers`);
}
