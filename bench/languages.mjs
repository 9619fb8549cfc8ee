// Recall quality in many languages over HTTP: does the memory that answers a question come first?
import { fill, HEADERS, startBenchService } from './bench-service.mjs';
import { LANGUAGES } from './languages-data.mjs';
import { parseArguments } from './load.mjs';

const USAGE = `usage: node bench/languages.mjs [--mode hybrid] [--json]
Stores twenty short memories in each of fourteen languages in one namespace, asks twenty questions in each, in other forms
of their words, and prints the share that comes first, among the first five, and MRR.`;
const options = parseArguments(USAGE, { mode: 'hybrid' });

const TOP = 10;
const memories = Object.entries(LANGUAGES).flatMap(([language, pairs]) =>
  pairs.map(({ text }) => ({ language, text })),
);
const service = await startBenchService();
const report = {};
try {
  await fill(service.url, memories.length, (index) => ({
    coordinate: [index],
    payload: { text: memories[index].text },
  }));
  for (const [language, pairs] of Object.entries(LANGUAGES)) {
    const ranks = [];
    for (const { text, query } of pairs) {
      const response = await fetch(`${service.url}/v1/recall`, {
        method: 'POST',
        headers: HEADERS,
        body: JSON.stringify({ query, top_k: TOP, mode: options.mode }),
      });
      if (!response.ok) throw new Error(`/v1/recall answered ${response.status}: ${await response.text()}`);
      const { hits } = await response.json();
      ranks.push(1 + hits.findIndex(({ payload }) => payload.text === text) || Infinity);
    }
    report[language] = scores(ranks);
  }
} finally {
  await service.stop();
}

function scores(ranks) {
  const share = (cut) => ranks.filter((rank) => rank <= cut).length / ranks.length;
  return {
    first: share(1),
    'first five': share(5),
    mrr: ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length,
  };
}

const mean = (name) => Object.values(report).reduce((sum, row) => sum + row[name], 0) / Object.keys(report).length;
report.all = { first: mean('first'), 'first five': mean('first five'), mrr: mean('mrr') };
if (options.json) {
  console.log(JSON.stringify(report));
} else {
  for (const [language, row] of Object.entries(report)) {
    console.log(
      `${language.padEnd(10)} first ${row.first.toFixed(2)}  first five ${row['first five'].toFixed(2)}  MRR ${row.mrr.toFixed(3)}`,
    );
  }
}
