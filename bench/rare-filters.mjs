// Bench of filters that few memories match, or none: recall in a large namespace against a small one of the same service.
import { availableParallelism } from 'node:os';
import { fill, HEADERS, startBenchService } from './bench-service.mjs';
import { memory, question } from './corpus.mjs';
import { median, parseArguments, spread } from './load.mjs';
import { optimised } from './qdrant.mjs';

const USAGE = `usage: node bench/rare-filters.mjs [--small 10000] [--large 200000] [--queries 40] [--rounds 5] [--topk 10] [--json]
Fills two namespaces of one service, which have the same few memories of each mark, then alternates between them in rounds,
with one client: recalls of questions of 5 to 15 words with filters that four memories match, or none. Embedded, or on the
servers whose addresses are in the environment (node scripts/with-servers.mjs node bench/rare-filters.mjs).`;
const options = parseArguments(USAGE, { small: 10_000, large: 200_000, queries: 40, rounds: 5, topk: 10 });
const GOAL = 1.5;
const MARKS = 250;
const MATCHES = 4;
const SIZES = ['small', 'large'];
const LONG = 'a note that is longer than what an index keeps of it as it is, '.repeat(4);
const DAY_MS = 86_400_000;

const day = (number) => new Date(number * DAY_MS).toISOString();
/** What the memories of a mark have, in fields of every kind; others have nothing like it. */
const marked = (mark) => ({
  word: `mark ${mark}`,
  note: `${LONG}${mark}`,
  origin: { device: { number: mark } },
  labels: ['x', `mark ${mark}`],
  weight: -1 - mark,
  day: day(mark),
});
const unmarked = (n) => ({
  word: `word ${n % 997}`,
  note: `${LONG}of ${n}`,
  origin: { device: { name: n } },
  labels: ['x', `label ${n % 97}`],
  weight: n,
  day: day(10_000 + (n % 9000)),
});
const FILTERS = {
  'a word': (mark) => ({ word: `mark ${mark}` }),
  'a long text': (mark) => ({ note: `${LONG}${mark}` }),
  'an object': (mark) => ({ origin: { eq: { device: { number: mark } } } }),
  'an element': (mark) => ({ labels: { contains: `mark ${mark}` } }),
  'a range of numbers': (mark) => ({ weight: { gt: -1.5 - mark, lt: -0.5 - mark } }),
  'a range of texts': (mark) => ({ day: { gte: day(mark), lt: day(mark + 1) } }),
};

/** The memories of the marks are spread over the namespace. */
function memoryOf(count) {
  const step = Math.floor(count / (MARKS * MATCHES));
  return (n) => {
    const { coordinate, payload } = memory(n);
    const isMarked = n % step === 0 && n / step < MARKS * MATCHES;
    return { coordinate, payload: { ...payload, ...(isMarked ? marked((n / step) % MARKS) : unmarked(n)) } };
  };
}

const headersOf = (size) => ({ ...HEADERS, 'x-soma-namespace': `bench_${size}` });

async function timed(url, size, filterOf, { from, expected }) {
  const times = [];
  for (let n = from; n < from + options.queries; n += 1) {
    const body = JSON.stringify({
      query: question(n, options[size]),
      top_k: options.topk,
      ...(filterOf ? { filter: filterOf(n) } : {}),
    });
    const start = performance.now();
    const response = await fetch(`${url}/v1/recall`, { method: 'POST', headers: headersOf(size), body });
    const { hits, degraded, detail } = await response.json();
    times.push(performance.now() - start);
    if (!response.ok || degraded.length > 0)
      throw new Error(`recall answered ${response.status}, degraded ${degraded}: ${detail}`);
    if (hits.length !== expected) throw new Error(`${hits.length} hits instead of ${expected}`);
  }
  return median(times);
}

const CASES = [
  ...Object.entries(FILTERS).map(([name, of]) => ({ name, of: (n) => of(n % MARKS), expected: MATCHES, isGoal: true })),
  ...Object.entries(FILTERS).map(([name, of]) => ({
    name: `${name} that none has`,
    of: (n) => of(MARKS + (n % 1000)),
    expected: 0,
    isGoal: true,
  })),
  { name: 'no filter', of: undefined, expected: options.topk },
];

const service = await startBenchService();
const results = CASES.map(() => []);
try {
  for (const size of SIZES) {
    await fill(service.url, options[size], memoryOf(options[size]), { headers: headersOf(size) });
    if (process.env.QDRANT_URL !== undefined) await optimised(`bench_${size}`);
  }
  // The first round warms up: fields are indexed when they are first asked for.
  for (let round = 0; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round} of ${options.rounds}\n`);
    for (const [index, { of, expected }] of CASES.entries()) {
      const from = round * options.queries;
      const times = {};
      for (const size of round % 2 === 0 ? SIZES : SIZES.toReversed()) {
        times[size] = await timed(service.url, size, of, { from, expected });
      }
      if (round === 0 && process.env.QDRANT_URL !== undefined)
        for (const size of SIZES) await optimised(`bench_${size}`);
      if (round > 0) results[index].push(times);
    }
  }
} finally {
  await service.stop();
}

const ratios = (rows) => rows.map(({ small, large }) => large / small);
if (options.json) {
  console.log(JSON.stringify({ options, cases: CASES.map(({ name }, index) => ({ name, rounds: results[index] })) }));
} else {
  console.log(
    `${availableParallelism()} cores; p50 in ms of recalls among ${options.small} and ${options.large} memories; goal of the ratio ≤ ${GOAL}`,
  );
  for (const [index, { name, isGoal }] of CASES.entries()) {
    const rows = results[index];
    const of = (size) =>
      spread(
        rows.map((row) => row[size]),
        1,
      ).padEnd(18);
    console.log(
      `${name.padEnd(36)} ${of('small')} ${of('large')} ratio ${spread(ratios(rows), 2)}${isGoal ? '' : '  (no goal)'}`,
    );
  }
}
process.exit(0);
