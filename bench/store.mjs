// Store bench: what a durable acknowledgement costs, as ratios measured in the same run.
import pg from 'pg';
import { indexed, startBenchService } from './bench-service.mjs';
import { memory } from './corpus.mjs';
import { median, parseArguments, post, spread } from './load.mjs';

const USAGE = `usage: node bench/store.mjs [--rounds 5] [--seconds 3] [--json]
Alternates in one run, on one embedded service:
  POST /bench/noop against POST /store, with 64 clients and with 1
  POST /store_bulk with 100 items against raw multi-row INSERTs of the same rows through pg, both with 4 callers`;
const BULK = 100;
const BULK_CALLERS = 4;

const options = parseArguments(USAGE, { rounds: 5, seconds: 3 });

let next = 0;
const storeBody = () => {
  const { coordinate, payload } = memory(next++);
  return { coord: coordinate.join(','), payload, type: 'episodic' };
};
const bulkBody = () => ({ items: Array.from({ length: BULK }, storeBody) });

/** Raw rows per second: a table with the columns, types and indexes of `memories`, one INSERT of 100 rows at a time. */
async function rawInserts(database, seconds) {
  const pool = new pg.Pool({ ...database, max: BULK_CALLERS });
  await pool.query('DROP TABLE IF EXISTS bench_raw');
  await pool.query('CREATE TABLE bench_raw (LIKE memories INCLUDING ALL)');
  const deadline = performance.now() + seconds * 1000;
  let rows = 0;
  const caller = async () => {
    while (performance.now() < deadline) {
      const values = [];
      const tuples = [];
      for (let item = 0; item < BULK; item += 1) {
        const { coordinate, payload } = memory(next++);
        const at = values.length;
        values.push(coordinate.join(','), coordinate, JSON.stringify(payload), payload.text, payload.session);
        tuples.push(
          `('bench',$${at + 1},$${at + 2},1,1,'episodic',$${at + 3},$${at + 4},$${at + 5},sha256('x'),now(),now())`,
        );
      }
      await pool.query(
        `INSERT INTO bench_raw (namespace, coordinate_key, coordinate, version, created_version, type, payload, searched_text, session,
           content_hash, created_at, updated_at)
         VALUES ${tuples.join(',')}`,
        values,
      );
      rows += BULK;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: BULK_CALLERS }, caller));
  const perSecond = (rows * 1000) / (performance.now() - start);
  await pool.end();
  return perSecond;
}

const service = await startBenchService();
const rows = { noop64: [], store64: [], noop1: [], store1: [], bulk: [], raw: [] };
const p50 = { noop64: [], store64: [], noop1: [], store1: [] };
const measure = async (name, path, body, connections) => {
  // Nobody's figure may carry the indexing that an earlier one left behind.
  await indexed(service.url);
  const { perSecond, p50: latency } = await post(service.url, path, body, { connections, seconds: options.seconds });
  rows[name].push(perSecond);
  p50[name].push(latency);
};
try {
  await post(service.url, '/store', storeBody, { connections: 64, seconds: 2 });
  await post(service.url, '/bench/noop', storeBody, { connections: 64, seconds: 2 });
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    await measure('noop64', '/bench/noop', storeBody, 64);
    await measure('store64', '/store', storeBody, 64);
    await measure('noop1', '/bench/noop', storeBody, 1);
    await measure('store1', '/store', storeBody, 1);
    await indexed(service.url);
    const bulk = await post(service.url, '/store_bulk', bulkBody, {
      connections: BULK_CALLERS,
      seconds: options.seconds,
    });
    rows.bulk.push(bulk.perSecond * BULK);
    await indexed(service.url);
    rows.raw.push(await rawInserts(service.database, options.seconds));
  }
} finally {
  await service.stop();
}

const ratio = (a, b) => rows[a].map((value, index) => value / rows[b][index]);
if (options.json) {
  console.log(
    JSON.stringify({
      perSecond: rows,
      p50Ms: p50,
      ratios: { store64: median(ratio('store64', 'noop64')), bulk: median(ratio('bulk', 'raw')) },
    }),
  );
} else {
  console.log(`no-op POST, 64 clients      ${spread(rows.noop64)} /s, p50 ${spread(p50.noop64)} ms`);
  console.log(`store, 64 clients           ${spread(rows.store64)} /s, p50 ${spread(p50.store64)} ms`);
  console.log(`  ratio store / no-op       ${spread(ratio('store64', 'noop64'), 2)}   goal ≥ 0.40`);
  console.log(`no-op POST, 1 client        ${spread(rows.noop1)} /s, p50 ${spread(p50.noop1)} ms`);
  console.log(`store, 1 client             ${spread(rows.store1)} /s, p50 ${spread(p50.store1)} ms`);
  console.log(`raw INSERT of ${BULK} rows        ${spread(rows.raw)} rows/s`);
  console.log(`store_bulk of ${BULK}           ${spread(rows.bulk)} rows/s`);
  console.log(`  ratio bulk / raw          ${spread(ratio('bulk', 'raw'), 2)}   goal ≥ 0.50`);
}
