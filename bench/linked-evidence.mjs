// Linked evidence bench: questions whose answer shares no word with them and hangs on a memory that does by links alone.
// Made-up text, drawn by a seeded generator.
import { isDeepStrictEqual } from 'node:util';
import { HEADERS, indexed, startBenchService } from './bench-service.mjs';
import { seededRandom } from './corpus.mjs';
import { inParallel, median, parseArguments } from './load.mjs';
import { meanScores, rankingScores } from './ranking-scores.mjs';

const USAGE = `usage: node bench/linked-evidence.mjs [--questions 200] [--others 2000] [--seed 1] [--weight 1] [--json]
Stores reports, their causes in other words, and other memories that share words with the questions. Asks before anything is
linked, then links each report to its cause (along a link, against one, or over a memory between), and as often to something
else, and asks again. Embedded, or on the servers whose addresses are in the environment.`;
const options = parseArguments(USAGE, { questions: 200, others: 2000, seed: 1, weight: 1 });
const GOAL = 0.8;
const KINDS = ['along', 'against', 'over one'];

const random = seededRandom(options.seed);
const below = (count) => Math.floor(random() * count);
const SYLLABLES = [
  'ka',
  'lo',
  'mi',
  'tu',
  'ren',
  'sha',
  'vor',
  'bel',
  'dim',
  'fos',
  'gra',
  'hul',
  'nep',
  'pir',
  'quo',
  'zet',
];
const word = (index) => [0, 4, 8].map((shift) => SYLLABLES[(index >> shift) & 15]).join('');
/** Words of reports and questions, and those of causes: no word is in both. */
const asked = Array.from({ length: 1200 }, (_, index) => word(index));
const told = Array.from({ length: 1200 }, (_, index) => word(index + 2000));
/** Frequent words come often, as in language. */
const drawn = (words, count) =>
  Array.from({ length: count }, () => words[Math.floor(words.length ** random()) - 1]).join(' ');

const memories = [];
const remember = (text) => memories.push({ coordinate: [memories.length, 1], payload: { text } }) - 1;

const questions = Array.from({ length: options.questions }, (_, index) => {
  const topic = [1, 2, 3].map(() => asked[200 + below(1000)]).join(' ');
  const circumstances = drawn(asked, 8);
  const report = remember(`report ${topic} ${circumstances}`);
  const between = remember(drawn(told, 12));
  const cause = remember(drawn(told, 12));
  const query = `why was there ${topic} and ${circumstances.split(' ').slice(0, 2).join(' ')}`;
  return { query, kind: KINDS[index % 3], report, between, cause };
});
const others = Array.from({ length: options.others }, (_, index) =>
  remember(drawn(index % 4 === 0 ? told : asked, 12)),
);
/** Questions that the words of a memory answer. */
const plain = Array.from({ length: options.questions }, () => {
  const target = others[below(others.length)];
  return { query: memories[target].payload.text.split(' ').slice(2, 8).join(' '), cause: target };
});

const linksOf = ({ kind, report, between, cause }) => {
  const weight = () => 0.5 + below(11) / 10;
  const noise = () => others[below(others.length)];
  const way = {
    along: [[report, cause]],
    against: [[cause, report]],
    'over one': [
      [report, between],
      [between, cause],
    ],
  }[kind];
  return [...way, [report, noise()], [noise(), report], [cause, noise()]].map(([from, to]) => ({
    from,
    to,
    weight: weight(),
  }));
};
const links = questions.flatMap(linksOf);

const service = await startBenchService();
const call = async (path, body) => {
  const response = await fetch(service.url + path, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
};

/** Answers to questions in their order, and the median time of one, with links followed and not; by turns. */
async function ask(list) {
  const asked = [options.weight, 0].map((graph) => ({ more: { weights: { graph } }, answers: [], times: [] }));
  for (const [index, { query }] of list.entries()) {
    for (const { more, answers, times } of index % 2 === 0 ? asked : [...asked].reverse()) {
      const start = performance.now();
      const { hits, degraded } = await call('/v1/recall', { query, top_k: 10, explain: true, ...more });
      answers.push({ hits, degraded });
      times.push(performance.now() - start);
    }
  }
  const [followed, off] = asked.map(({ answers, times }) => ({ answers, ms: median(times) }));
  return { followed, off };
}
const recallAt5 = (list, { answers }) =>
  meanScores(
    list.map(({ cause }, index) =>
      rankingScores(
        answers[index].hits.map(({ coordinate }) => coordinate[0]),
        new Set([cause]),
      ),
    ),
  )['recall@5'];
/** Scores that their explanations do not make. */
const unexplained = ({ answers }) =>
  answers
    .flatMap(({ hits }) => hits)
    .filter(({ score, explanation: { contributions, lanes } }) => {
      const sum = contributions.reduce((total, { weight, value }) => total + weight * value, 0);
      const wrong = lanes.some(({ path, signal }) => {
        if (!path) return false;
        const cost = path.steps.reduce((total, { weight }) => total + weight, 0);
        return Math.abs(path.strength * 0.75 ** (path.steps.length - 1) * 0.85 ** cost - signal) > 1e-6;
      });
      return Math.abs(sum - score) > 1e-6 || wrong;
    }).length;

let report;
try {
  for (let from = 0; from < memories.length; from += 500) {
    await call('/v1/memories:batch', { memories: memories.slice(from, from + 500) });
  }
  await indexed(service.url);
  await ask(questions.slice(0, 50));
  const before = await ask(questions);
  const plainBefore = await ask(plain);
  await inParallel(links, 8, ({ from, to, weight }) =>
    call('/v1/links', { from: memories[from].coordinate, to: memories[to].coordinate, type: 'related', weight }),
  );
  await ask(questions.slice(0, 50));
  const after = await ask(questions);
  const plainAfter = await ask(plain);
  const ofKind = (kind, { answers }) => {
    const chosen = questions.flatMap((one, index) => (one.kind === kind ? [index] : []));
    return recallAt5(
      chosen.map((index) => questions[index]),
      { answers: chosen.map((index) => answers[index]) },
    );
  };
  report = {
    memories: memories.length,
    links: links.length,
    recallAt5: { before: recallAt5(questions, before.followed), after: recallAt5(questions, after.followed) },
    byKind: Object.fromEntries(KINDS.map((kind) => [kind, ofKind(kind, after.followed)])),
    plainRecallAt5: { before: recallAt5(plain, plainBefore.followed), after: recallAt5(plain, plainAfter.followed) },
    isSameWithoutLinks: isDeepStrictEqual(before.followed.answers, before.off.answers),
    isSameWithLaneOff: isDeepStrictEqual(before.off.answers, after.off.answers),
    degraded: [before, after].flatMap(({ followed }) => followed.answers).filter(({ degraded }) => degraded.length > 0)
      .length,
    unexplained: unexplained(before.followed) + unexplained(after.followed),
    ms: {
      withoutLinks: { off: before.off.ms, followed: before.followed.ms },
      withLinks: { off: after.off.ms, followed: after.followed.ms },
    },
  };
} finally {
  await service.stop();
}

if (options.json) {
  console.log(JSON.stringify(report));
} else {
  const { recallAt5: linked, plainRecallAt5: own, ms } = report;
  const share = (value) => value.toFixed(3);
  console.log(`${report.memories} memories, ${report.links} links, ${options.questions} questions of each sort`);
  console.log(
    `recall@5, evidence by links alone   ${share(linked.before)} before they are made, ${share(linked.after)} after   goal ≥ ${GOAL}`,
  );
  for (const [kind, value] of Object.entries(report.byKind)) console.log(`  ${kind.padEnd(32)} ${share(value)}`);
  console.log(`recall@5, evidence by words         ${share(own.before)} before, ${share(own.after)} after`);
  console.log(
    `same answers without links and with the lane off: ${report.isSameWithoutLinks}, ${report.isSameWithLaneOff}   goal: true`,
  );
  console.log(`answers without a lane: ${report.degraded}`);
  console.log(`scores that their explanations do not make: ${report.unexplained}   goal: 0`);
  const times = ({ off, followed }) => `${off.toFixed(2)} with the lane off, ${followed.toFixed(2)} with it`;
  console.log(`p50 of a recall in ms, without links ${times(ms.withoutLinks)}; with links ${times(ms.withLinks)}`);
}
