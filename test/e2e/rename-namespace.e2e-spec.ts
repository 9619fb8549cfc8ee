import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';
import { queryTruth } from './support/truth.js';

const MEMORIES = 1500;
const within = (namespace: string) => ({ 'x-soma-namespace': namespace });

interface Rename {
  readonly memories: number;
  readonly moved: boolean;
  readonly done: boolean;
}

describe('a rename whose service is killed', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.dispose());

  const total = async (namespace: string) =>
    (await service.json<{ memories: { total: number } }>(`/v1/namespaces/${namespace}`)).memories.total;
  const fill = async (namespace: string) => {
    for (let from = 0; from < MEMORIES; from += 500) {
      const memories = Array.from({ length: 500 }, (_, index) => {
        const at = from + index;
        return { coordinate: [at], payload: { text: `the kettle number ${at}` } };
      });
      await service.json('/v1/memories:batch', { body: { memories }, headers: within(namespace) });
    }
    await service.json('/v1/links', { body: { from: [1], to: [2], type: 'next' }, headers: within(namespace) });
  };
  const phaseOf = async (source: string) => {
    const rows = await queryTruth<{ phase: string; memories: string }>(
      service,
      `SELECT phase, memories FROM namespace_moves WHERE source = '${source}'`,
    );
    return rows[0];
  };
  /** Every place that holds a memory, under either name. */
  const places = async (...namespaces: string[]) => {
    const listed = namespaces.map((name) => `'${name}'`).join(', ');
    const rows = await queryTruth<{ key: string }>(
      service,
      `SELECT DISTINCT coordinate_key AS key FROM memories WHERE namespace IN (${listed}) AND deleted_at IS NULL`,
    );
    return rows.length;
  };
  const completed = async (source: string, target: string) => {
    for (;;) {
      const rename = await service.json<Rename>(`/v1/namespaces/${source}/rename`, { body: { to: target } });
      if (rename.done) return rename;
    }
  };

  it.each([
    ['while it copies', (move: { phase: string; memories: string }) => Number(move.memories) > 0],
    ['while it removes', (move: { phase: string }) => move.phase === 'moved'],
  ])(
    '%s is completed by the same request, and nothing is missing at any time',
    async (when, isReached) => {
      const [source, target] = [`old_${when.length}`, `new_${when.length}`];
      await fill(source);
      const path = `/v1/namespaces/${source}/rename`;
      const renaming = service.request(path, { body: { to: target } }).catch(() => undefined);
      await waitFor(
        async () => {
          const move = await phaseOf(source);
          return move !== undefined && isReached(move);
        },
        { intervalMs: 5 },
      );
      await service.signal('SIGKILL');
      await renaming;
      await service.launch();
      expect(await places(source, target)).toBe(MEMORIES);
      const move = await phaseOf(source);
      const isMoved = move?.phase === 'moved' || move?.phase === 'done';
      const late = { coordinate: [MEMORIES], payload: { text: 'the kettle that came late' } };
      await service.json('/v1/memories', { body: late, headers: within(isMoved ? target : source) });

      expect(await completed(source, target)).toMatchObject({ moved: true, done: true });
      expect([await total(source), await total(target)]).toEqual([0, MEMORIES + 1]);
      const { hits } = await service.json<{ hits: { coordinate: number[] }[] }>('/v1/recall', {
        ...{ body: { query: 'the kettle that came late', top_k: 1 }, headers: within(target) },
      });
      expect(hits.map(({ coordinate }) => coordinate)).toEqual([[MEMORIES]]);
      const { links } = await service.json<{ links: object[] }>('/v1/links?coordinate=1', { headers: within(target) });
      expect(links).toHaveLength(1);
      const again = await completed(source, target);
      expect(again).toMatchObject({ moved: true, done: true });
    },
    120_000,
  );
});
