// Store bench: what a durable acknowledgement costs, as ratios measured in the same run.
import { availableParallelism } from 'node:os';
import { settled, startBenchService } from './bench-service.mjs';
import { memory } from './corpus.mjs';
import { median, parseArguments, post, spread } from './load.mjs';

const USAGE = `usage: node bench/store.mjs [--rounds 5] [--seconds 3] [--warm-up 20] [--json]
Alternates in one run, on one service (embedded, or on the servers whose addresses are in the environment):
  POST /bench/noop against POST /store, with 64 clients and with 1
  POST /store with 64 clients, before and after the same service with SOMA_WRITE_BATCH_SIZE=1, so that a machine that
  gets slower or faster meanwhile changes both sides alike
Each service is measured after seconds of the same calls, when its code is compiled.`;

/** Measurements of a kind in one round. */
const RUNS = 3;
/** Bodies made before a measurement: more than any service here takes. */
const PREPARED_PER_SECOND = 40_000;

const options = parseArguments(USAGE, { rounds: 5, seconds: 3, 'warm-up': 20 });

let next = 0;
const storeBody = () => {
  const { coordinate, payload } = memory(next++);
  return { coord: coordinate.join(','), payload, type: 'episodic' };
};

let service;
const rows = {
  noop64: [],
  store64: [],
  single64: [],
  again64: [],
  noop1: [],
  store1: [],
};
const p50 = { noop64: [], store64: [], single64: [], again64: [], noop1: [], store1: [] };
const warmUp = (path) => post(service.url, path, storeBody, { connections: 64, seconds: options['warm-up'] });
/** Only one service runs at a time, so that none pays for another's indexing. */
const restart = async (settings) => {
  if (service) await settled(service.url);
  await service?.stop();
  service = await startBenchService(settings);
  await warmUp('/store');
};
/** The median of some runs: what another program does for a second changes none of the figures. */
const measure = async (name, path, body, connections) => {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    await settled(service.url);
    const { seconds } = options;
    runs.push(await post(service.url, path, body, { connections, seconds, prepared: seconds * PREPARED_PER_SECOND }));
  }
  rows[name].push(median(runs.map(({ perSecond }) => perSecond)));
  p50[name].push(median(runs.map((run) => run.p50)));
};
try {
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    await restart({});
    await warmUp('/bench/noop');
    await measure('noop64', '/bench/noop', storeBody, 64);
    await measure('noop1', '/bench/noop', storeBody, 1);
    await measure('store64', '/store', storeBody, 64);
    await restart({ SOMA_WRITE_BATCH_SIZE: '1' });
    await measure('single64', '/store', storeBody, 64);
    await restart({});
    await measure('again64', '/store', storeBody, 64);
    await measure('store1', '/store', storeBody, 1);
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
}
