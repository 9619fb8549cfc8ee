import { expect, it } from '@jest/globals';
import { FILTERS, reportFiles, type Filter, type ScaleStep } from '../../bench/scale-report.mjs';

function stepOf(size: number, p50: number): ScaleStep {
  const times = Object.fromEntries(FILTERS.map((name) => [name, { p50: [p50, p50 + 1, p50 + 5], p95: [9] }]));
  return {
    size,
    recalls: times as Record<Filter, { p50: number[]; p95: number[] }>,
    perSecond: { recalls: [50], noops: [200], stores: [120, 80, 100] },
    resident: { api: 200_400_000 },
    kept: { postgres: 1_000_000 * size },
    restartSeconds: 1.5,
  };
}

it('shows growth from the first size, ratios and what is not there', () => {
  const files = reportFiles({
    startedAt: '2026-01-01T00:00:00.000Z',
    backends: 'embedded',
    machine: '4 cores',
    topk: 10,
    empty: { resident: { api: 100_000_000 }, restartSeconds: 0.5 },
    steps: [stepOf(1000, 3), stepOf(10_000, 7)],
  });
  const page = files['scale.md'] ?? '';
  expect(page).toContain('| 10,000 | rare | 8.0 (7.0–12.0) | 9.0 (9.0–9.0) | 2.00 |');
  expect(page).toContain('| 1,000 | 50 (50–50) | 200 (200–200) | 0.250 | 100 (80–120) |');
  expect(page).toContain('| 0 | 100 | – | – | – | 0.50 |');
  expect(page).toContain('| 10,000 | 200 | – | 10,000 | – | 1.50 |');
  const charts = Object.keys(files).filter((name) => name.endsWith('.svg'));
  expect(charts).toHaveLength(4);
  for (const name of charts) expect(page).toContain(`(${name})`);
  expect(files['scale-memory.svg']).not.toContain('consumer');
});
