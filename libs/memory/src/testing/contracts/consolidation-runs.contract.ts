import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { DEFAULT_CONSOLIDATION } from '../../consolidation/consolidation-request.js';
import type { ConsolidationRuns, PlannedItem, RunRequest } from '../../consolidation/consolidation-runs.port.js';
import type { Namespace } from '../../model/namespace.js';
import { freshNamespace } from '../truth-builders.js';

const REQUEST: RunRequest = { ...DEFAULT_CONSOLIDATION, minSimilarity: 0.25, untilMs: Date.UTC(2026, 2, 1) + 7 };
const TOTALS = { lookedAt: 5, hasMore: true, clusters: 3, unchanged: 1 };

function anItem(n: number, details: Partial<PlannedItem> = {}): PlannedItem {
  return { key: `${-n},0.5`, coordinate: [-n, 0.5], contentHash: String(n).repeat(64), priorVersion: 0, ...details };
}

/** What every ConsolidationRuns adapter must do. Call it inside a spec file. */
export function describeConsolidationRunsContract(adapter: string, runs: () => ConsolidationRuns): void {
  const begin = (namespace: Namespace, fingerprint = 'a', request = REQUEST) =>
    runs().begin(namespace, { id: uuidv7(), fingerprint, request });

  describe(`${adapter} as what keeps consolidations`, () => {
    it('keeps a run from its beginning to its end', async () => {
      const namespace = freshNamespace();
      const run = await begin(namespace);
      expect(run).toMatchObject({ namespace, state: 'running', request: REQUEST, endedAt: null, totals: null });
      expect(await runs().find(namespace, run.id)).toEqual(run);
      await runs().plan(namespace, run.id, [anItem(1), anItem(2, { priorVersion: 3 }), anItem(3)]);
      await runs().made(namespace, run.id, { key: '-2,0.5', version: 4 });
      await runs().made(namespace, run.id, { key: '-1,0.5', version: 1 });
      expect(await runs().items(namespace, run.id)).toEqual([
        { ...anItem(1), version: 1, outcome: 'made' },
        { ...anItem(2, { priorVersion: 3 }), version: 4, outcome: 'made' },
        { ...anItem(3), version: null, outcome: 'planned' },
      ]);
      const done = await runs().finish(namespace, run.id, TOTALS);
      expect(done).toEqual({ ...run, state: 'done', endedAt: expect.any(Date), totals: TOTALS });
      expect((await runs().items(namespace, run.id)).map(({ key }) => key)).toEqual(['-1,0.5', '-2,0.5']);
      await runs().settled(namespace, run.id, { key: '-1,0.5', outcome: 'undone' });
      await runs().settled(namespace, run.id, { key: '-2,0.5', outcome: 'left' });
      expect(await runs().undone(namespace, run.id)).toEqual({ ...done, state: 'undone' });
      expect(await runs().find(namespace, run.id)).toMatchObject({ state: 'undone', totals: TOTALS });
      expect((await runs().items(namespace, run.id)).map(({ outcome }) => outcome)).toEqual(['undone', 'left']);
    });

    it('goes on with the run that was interrupted, as it was asked', async () => {
      const namespace = freshNamespace();
      const first = await begin(namespace);
      await runs().plan(namespace, first.id, [anItem(1, { priorVersion: 2 })]);
      expect(await begin(namespace, 'a', { ...REQUEST, untilMs: 1 })).toEqual(first);
      const other = await begin(namespace, 'b');
      expect([other.id === first.id, other.number > first.number]).toEqual([false, true]);
      expect((await begin(freshNamespace())).id).not.toBe(first.id);
      await runs().plan(namespace, first.id, [anItem(1, { priorVersion: 9, contentHash: 'f'.repeat(64) })]);
      expect(await runs().items(namespace, first.id)).toEqual([
        { ...anItem(1, { priorVersion: 2, contentHash: 'f'.repeat(64) }), version: null, outcome: 'planned' },
      ]);
      await runs().finish(namespace, first.id, TOTALS);
      expect((await begin(namespace)).id).not.toBe(first.id);
    });

    it('lists the runs of a namespace, newest first, a page at a time', async () => {
      const namespace = freshNamespace();
      const ids: string[] = [];
      for (const fingerprint of ['a', 'b', 'c']) ids.unshift((await begin(namespace, fingerprint)).id);
      const first = await runs().page(namespace, { limit: 2 });
      expect(first.runs.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      const second = await runs().page(namespace, { limit: 2, before: first.next ?? 0 });
      expect(second.runs.map(({ id }) => id)).toEqual(ids.slice(2));
      expect(second.next).toBeUndefined();
      expect(await runs().page(freshNamespace(), { limit: 2 })).toEqual({ runs: [] });
    });

    it('shows the runs of one namespace to no other', async () => {
      const { id } = await begin(freshNamespace());
      expect(await runs().find(freshNamespace(), id)).toBeUndefined();
      expect(await runs().find(freshNamespace(), uuidv7())).toBeUndefined();
    });
  });
}
