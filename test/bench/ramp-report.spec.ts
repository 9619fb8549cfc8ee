import { describe, expect, it } from '@jest/globals';
import { reportFiles, summarize, type Call, type Ramp } from '../../bench/ramp-report.mjs';

const calls = (count: number): Call[] => Array.from({ length: count }, (_, index) => ({ milliseconds: count - index }));

const RAMP: Ramp = {
  startedAt: '2026-01-01T00:00:00.000Z',
  clients: 16,
  backends: 'PostgreSQL, Qdrant',
  machine: '4 cores',
  namespace: 'bench-ramp-1',
  warmUp: 50,
  steps: [
    {
      size: 100,
      held: 150,
      stores: summarize(calls(100), 0.5),
      recalls: summarize(calls(100), 2),
      indexedSeconds: 0.25,
    },
    {
      size: 1000,
      held: 1150,
      stores: summarize([{ milliseconds: 1, failure: 'HTTP 503' }], 1),
      recalls: summarize([...calls(2), { milliseconds: 900, failure: 'no hits' }], 1),
      indexedSeconds: null,
    },
  ],
};

const rowsOf = (page: string | undefined, heading: string): string[] =>
  (page?.split(`## ${heading}\n\n`)[1]?.split('\n\n')[0] ?? '').split('\n').slice(2);

describe('summarize', () => {
  it.each([
    [100, { p50Ms: 50, p95Ms: 95, p99Ms: 99 }],
    [500, { p50Ms: 250, p95Ms: 475, p99Ms: 495 }],
    [10_000, { p50Ms: 5000, p95Ms: 9500, p99Ms: 9900 }],
    [1, { p50Ms: 1, p95Ms: 1, p99Ms: 1 }],
    [3, { p50Ms: 2, p95Ms: 3, p99Ms: 3 }],
  ])('takes the percentiles of %d calls by nearest rank', (count, percentiles) => {
    expect(summarize(calls(count), 1)).toMatchObject(percentiles);
  });

  it('counts failures by their reason, outside rates and percentiles', () => {
    const failed: Call[] = [
      { milliseconds: 5000, failure: 'HTTP 503' },
      { milliseconds: 5000, failure: 'HTTP 503' },
      { milliseconds: 1, failure: 'ECONNRESET' },
    ];
    expect(summarize([...calls(10), ...failed], 2)).toEqual({
      calls: 13,
      errors: 3,
      failures: { 'HTTP 503': 2, ECONNRESET: 1 },
      seconds: 2,
      perSecond: 5,
      p50Ms: 5,
      p95Ms: 10,
      p99Ms: 10,
    });
  });

  it('has no percentiles when nothing succeeded', () => {
    const summary = summarize([{ milliseconds: 1, failure: 'HTTP 401' }], 1);
    expect(summary).toMatchObject({ errors: 1, perSecond: 0, p50Ms: null, p95Ms: null, p99Ms: null });
  });
});

describe('the report', () => {
  const files = reportFiles(RAMP);

  it('has a row per step in every table', () => {
    expect(rowsOf(files['report.md'], 'Stores')).toEqual([
      '| 100 | 200 | 50.0 | 95.0 | 99.0 | 0 | 0.50 |',
      '| 1,000 | 0 | – | – | – | 1 | 1.00 |',
    ]);
    expect(rowsOf(files['report.md'], 'Recalls')).toEqual([
      '| 100 | 50 | 50.0 | 95.0 | 99.0 | 0 | 2.00 |',
      '| 1,000 | 2 | 1.0 | 2.0 | 2.0 | 1 | 1.00 |',
    ]);
    expect(rowsOf(files['report.md'], 'Indexing')).toEqual(['| 100 | 150 | 0.25 |', '| 1,000 | 1,150 | – |']);
  });

  it('names the failures, and only when there are some', () => {
    expect(files['report.md']).toContain('- step 1,000, stores: 1 × HTTP 503\n- step 1,000, recalls: 1 × no hits\n');
    const clean = reportFiles({ ...RAMP, steps: RAMP.steps.slice(0, 1) });
    expect(clean['report.md']).not.toContain('## Errors');
  });

  it('says where it was measured, and that it stopped early', () => {
    expect(files['report.md']).toContain('16 clients; PostgreSQL, Qdrant; 4 cores.');
    expect(files['report.md']).not.toContain('stopped early');
    expect(reportFiles({ ...RAMP, stopped: 'no index.' })['report.md']).toContain('stopped early:** no index.');
  });

  it('shows every chart that it brings, and the figures as JSON', () => {
    const shown = [...(files['report.md'] ?? '').matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, file]) => file);
    const charts = Object.keys(files).filter((name) => name.endsWith('.svg'));
    expect(shown).toEqual(charts);
    expect(charts).toHaveLength(4);
    expect(JSON.parse(files['report.json'] ?? '')).toEqual(RAMP);
  });
});
