// Health bench: what a probe costs, as a ratio to a no-op measured in the same run.
import autocannon from 'autocannon';
import { availableParallelism } from 'node:os';
import { startBenchService } from './bench-service.mjs';
import { median, parseArguments, spread } from './load.mjs';

const USAGE = `usage: node bench/health.mjs [--rounds 5] [--seconds 2] [--warm-up 5] [--clients 64] [--json]
Alternates GET /ping with GET /health, /healthz and /readyz on one service (embedded, or on the servers whose addresses are
in the environment).`;
const NOOP = '/ping';
const PROBES = ['/health', '/healthz', '/readyz'];

const options = parseArguments(USAGE, { rounds: 5, seconds: 2, 'warm-up': 5, clients: 64 });
const rates = Object.fromEntries([NOOP, ...PROBES].map((path) => [path, []]));

const service = await startBenchService();
const perSecond = async (path, duration) => {
  const result = await autocannon({ url: service.url + path, connections: options.clients, duration });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${path}: ${result.non2xx} bad answers`);
  return result['2xx'] / result.duration;
};
try {
  for (const path of Object.keys(rates)) await perSecond(path, options['warm-up']);
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    for (const [path, measured] of Object.entries(rates)) measured.push(await perSecond(path, options.seconds));
  }
} finally {
  await service.stop();
}

const ratios = (path) => rates[path].map((rate, round) => rate / rates[NOOP][round]);
if (options.json) {
  const medians = Object.fromEntries(PROBES.map((path) => [path, median(ratios(path))]));
  console.log(JSON.stringify({ perSecond: rates, ratios: medians }));
} else {
  console.log(`${availableParallelism()} cores for service and load; ${options.rounds} rounds of ${options.seconds} s`);
  console.log(`GET ${NOOP.padEnd(10)} ${spread(rates[NOOP])} /s`);
  for (const path of PROBES) {
    console.log(`GET ${path.padEnd(10)} ${spread(rates[path])} /s`);
    console.log(`  ratio to ${NOOP}  ${spread(ratios(path), 2)}${path === '/health' ? '   goal ≥ 0.50' : ''}`);
  }
}
