// What the ramped bench found, as a page with tables and charts.
import { lineChart } from './line-chart.mjs';
import { percentile } from './load.mjs';
import { table, whole } from './markdown-table.mjs';

/**
 * One phase of a step: `calls` hold the milliseconds of each call, and the reason when it failed. Rates and percentiles are
 * those of the calls that succeeded; percentiles are null when none did.
 */
export function summarize(calls, seconds) {
  const times = calls.filter(({ failure }) => failure === undefined).map(({ milliseconds }) => milliseconds);
  const failures = {};
  for (const { failure } of calls) if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  const at = (share) => (times.length === 0 ? null : percentile(times, share));
  return {
    calls: calls.length,
    errors: calls.length - times.length,
    failures,
    seconds,
    perSecond: times.length / seconds,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  };
}

/** The files of a report by name: report.md, report.json and the charts. */
export function reportFiles(ramp) {
  const charts = Object.fromEntries(CHARTS.map((chart) => [chart.file, drawn(chart, ramp.steps)]));
  return { 'report.md': page(ramp), 'report.json': `${JSON.stringify(ramp, null, 2)}\n`, ...charts };
}

const latencies = (phase) => [
  { name: 'p50', of: (step) => step[phase].p50Ms },
  { name: 'p95', of: (step) => step[phase].p95Ms },
  { name: 'p99', of: (step) => step[phase].p99Ms },
];
const CHARTS = [
  {
    file: 'throughput.svg',
    title: 'Throughput',
    yLabel: 'per second',
    lines: [
      { name: 'stores', of: (step) => step.stores.perSecond },
      { name: 'recalls', of: (step) => step.recalls.perSecond },
    ],
  },
  { file: 'store-latency.svg', title: 'Latency of stores', yLabel: 'milliseconds', lines: latencies('stores') },
  { file: 'recall-latency.svg', title: 'Latency of recalls', yLabel: 'milliseconds', lines: latencies('recalls') },
  {
    file: 'indexing.svg',
    title: 'Time from the last acknowledged store until all are indexed',
    yLabel: 'seconds',
    lines: [{ name: 'until indexed', of: (step) => step.indexedSeconds }],
  },
];

function drawn({ title, yLabel, lines }, steps) {
  const series = lines.map(({ name, of }) => ({ name, points: steps.map((step) => [step.size, of(step)]) }));
  return lineChart({ title, xLabel: 'stores and recalls in the step (logarithmic)', yLabel, series });
}

function page(ramp) {
  return [
    '# Ramped benchmark',
    '',
    `${ramp.startedAt}; ${ramp.clients} clients; ${ramp.backends}; ${ramp.machine}.`,
    '',
    'Each step stores so many memories, waits until all are indexed, and then asks so many questions. The memories of earlier',
    `steps stay, as do ${whole(ramp.warmUp)} stored to warm up, which no table counts. Namespace: \`${ramp.namespace}\`.`,
    'Throughput and percentiles are those of calls that succeeded.',
    '',
    ...(ramp.stopped === undefined ? [] : [`**The ramp stopped early:** ${ramp.stopped}`, '']),
    '## Stores',
    '',
    ...phaseTable(ramp.steps, 'stores'),
    '',
    '## Recalls',
    '',
    ...phaseTable(ramp.steps, 'recalls'),
    '',
    '## Indexing',
    '',
    ...table(
      ['Step', 'Memories held', 'Until all indexed (s)'],
      ramp.steps.map((step) => [whole(step.size), whole(step.held), decimals(step.indexedSeconds, 2)]),
    ),
    '',
    ...failureLines(ramp.steps),
    '## Plots',
    '',
    ...CHARTS.map(({ title, file }) => `![${title}](${file})\n`),
  ].join('\n');
}

function phaseTable(steps, phase) {
  return table(
    ['Step', 'Per second', 'p50 (ms)', 'p95 (ms)', 'p99 (ms)', 'Errors', 'Duration (s)'],
    steps.map(({ size, [phase]: { perSecond, p50Ms, p95Ms, p99Ms, errors, seconds } }) => [
      whole(size),
      whole(perSecond),
      ...[p50Ms, p95Ms, p99Ms].map((time) => decimals(time, 1)),
      whole(errors),
      decimals(seconds, 2),
    ]),
  );
}

function failureLines(steps) {
  const lines = steps.flatMap(({ size, stores, recalls }) =>
    Object.entries({ stores, recalls }).flatMap(([phase, { failures }]) =>
      Object.entries(failures).map(([reason, count]) => `- step ${whole(size)}, ${phase}: ${whole(count)} × ${reason}`),
    ),
  );
  return lines.length === 0 ? [] : ['## Errors', '', ...lines, ''];
}

const decimals = (value, digits) => (value === null ? '–' : value.toFixed(digits));
