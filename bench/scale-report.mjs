// What the bench of growth found, as a page with tables and charts.
import { lineChart } from './line-chart.mjs';
import { median, spread } from './load.mjs';
import { table, whole } from './markdown-table.mjs';

/** Recalls are measured without a filter, and with ones that half of the memories match, one in a thousand, or none. */
export const FILTERS = ['none', 'common', 'rare', 'never'];

/** The files of a report by name: scale.md, scale.json and the charts. */
export function reportFiles(report) {
  const charts = Object.fromEntries(CHARTS.map((chart) => [chart.file, drawn(chart, report.steps)]));
  return { 'scale.md': page(report), 'scale.json': `${JSON.stringify(report, null, 2)}\n`, ...charts };
}

const CHARTS = [
  {
    file: 'scale-recall.svg',
    title: 'Recall p50 by filter',
    yLabel: 'milliseconds',
    lines: FILTERS.map((name) => ({ name, of: (step) => median(step.recalls[name].p50) })),
  },
  {
    file: 'scale-rates.svg',
    title: 'Throughput',
    yLabel: 'per second',
    lines: [
      { name: 'stores', of: (step) => median(step.perSecond.stores) },
      { name: 'recalls', of: (step) => median(step.perSecond.recalls) },
    ],
  },
  {
    file: 'scale-memory.svg',
    title: 'Resident memory',
    yLabel: 'MB',
    lines: ['api', 'consumer'].map((name) => ({ name, of: (step) => megabytes(step.resident[name]) })),
  },
  {
    file: 'scale-restart.svg',
    title: 'From the start of the api process to its first recall',
    yLabel: 'seconds',
    lines: [{ name: 'restart', of: (step) => step.restartSeconds }],
  },
];

function drawn({ title, yLabel, lines }, steps) {
  const drawable = lines
    .map(({ name, of }) => ({ name, points: steps.map((step) => [step.size, of(step)]) }))
    .filter(({ points }) => points.some(([, y]) => y !== null));
  return lineChart({ title, xLabel: 'memories (logarithmic)', yLabel, series: drawable });
}

function page({ startedAt, backends, machine, topk, empty, steps }) {
  const [first] = steps;
  const growth = ({ recalls }, name) => median(recalls[name].p50) / median(first.recalls[name].p50);
  return [
    '# Growth',
    '',
    `${startedAt}; ${backends}; ${machine}; the best ${topk}.`,
    '',
    'Medians of the rounds, with their extremes. Growth is the p50 divided by that of the first size.',
    '',
    '## Recalls of one client',
    '',
    ...table(
      ['Memories', 'Filter', 'p50 (ms)', 'p95 (ms)', 'Growth'],
      steps.flatMap((step) =>
        FILTERS.map((name) => [
          whole(step.size),
          name,
          spread(step.recalls[name].p50, 1),
          spread(step.recalls[name].p95, 1),
          growth(step, name).toFixed(2),
        ]),
      ),
    ),
    '',
    '## Throughput',
    '',
    ...table(
      [
        'Memories',
        'Recalls per second (8 clients)',
        'No-op POSTs per second (8)',
        'Recalls / no-ops',
        'Stores per second (16)',
      ],
      steps.map(({ size, perSecond: { recalls, noops, stores } }) => [
        whole(size),
        spread(recalls),
        spread(noops),
        (median(recalls) / median(noops)).toFixed(3),
        spread(stores),
      ]),
    ),
    '',
    '## What it takes',
    '',
    ...table(
      ['Memories', 'api (MB)', 'consumer (MB)', 'PostgreSQL (MB)', 'Qdrant (MB)', 'Restart to first recall (s)'],
      [{ size: 0, kept: {}, ...empty }, ...steps].map(({ size, resident, kept, restartSeconds }) => [
        whole(size),
        ...[resident.api, resident.consumer, kept.postgres, kept.qdrant].map((bytes) => whole(megabytes(bytes))),
        restartSeconds.toFixed(2),
      ]),
    ),
    '',
    '## Plots',
    '',
    ...CHARTS.map(({ title, file }) => `![${title}](${file})\n`),
  ].join('\n');
}

const megabytes = (bytes) => (bytes === undefined ? null : bytes / 1e6);
