import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';
import { caughtUp, queryTruth } from './support/truth.js';

const KILLS = 20;
const WRITERS = 8;
const ACKNOWLEDGED_BEFORE_KILL = 40;

interface Recalled {
  hits: { coordinate: number[]; payload: { text: string; write: number } }[];
}

/** Stores under load until the service dies: every third write replaces an earlier memory of the same writer. */
class Load {
  /** Last acknowledged write by coordinate, and all acknowledged writes. */
  readonly acknowledged = new Map<string, number>();
  readonly writes: number[] = [];
  private sent = 0;

  constructor(private readonly service: RunningService) {}

  async run(writer: number): Promise<void> {
    for (;;) {
      const write = (this.sent += 1);
      const place = write % 3 === 0 ? Math.floor(write / 3) : write;
      const coord = `${writer},${place}`;
      const body = { coord, payload: { text: `unique${writer}x${place} written`, write }, type: 'episodic' };
      const answer = await this.service.request('/store', { body }).catch(() => null);
      if (answer?.status !== 200) return;
      this.acknowledged.set(coord, write);
      this.writes.push(write);
    }
  }
}

describe('a service that is killed again and again under load', () => {
  let service: RunningService;
  let load: Load;

  beforeAll(async () => {
    service = await RunningService.start();
    load = new Load(service);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = load.writes.length;
      const writers = Array.from({ length: WRITERS }, (_, writer) => load.run(writer));
      // The moment differs from round to round, so that kills hit commits, relaying and indexing alike.
      const enough = before + ACKNOWLEDGED_BEFORE_KILL + kill * 7;
      await waitFor(() => load.writes.length >= enough, {
        intervalMs: 1,
        what: () => service.output,
      });
      await service.signal('SIGKILL');
      await Promise.all(writers);
      await service.launch();
    }
    await caughtUp(service);
  }, 1_200_000);

  afterAll(() => service.dispose());

  it('has every acknowledged memory in the truth, as it was last acknowledged or as a later unacknowledged write left it', async () => {
    const rows = await queryTruth<{ key: string; write: number }>(
      service,
      `SELECT coordinate_key AS key, (payload->>'write')::int AS write FROM memories WHERE deleted_at IS NULL`,
    );
    const stored = new Map(rows.map(({ key, write }) => [key, write]));
    const lost = [...load.acknowledged].filter(([key, write]) => (stored.get(key) ?? -1) < write);
    expect(load.writes.length).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED_BEFORE_KILL);
    expect(lost).toEqual([]);
  });

  it('has every acknowledged write in the ledger exactly once, and versions without gaps', async () => {
    const rows = await queryTruth<{ write: number; count: number }>(
      service,
      `SELECT (payload->>'write')::int AS write, count(*)::int AS count FROM memory_events GROUP BY 1`,
    );
    const counts = new Map(rows.map(({ write, count }) => [write, count]));
    expect(load.writes.filter((write) => counts.get(write) !== 1)).toEqual([]);
    const gaps = await queryTruth(
      service,
      `SELECT m.coordinate_key FROM memories m JOIN memory_events e USING (namespace, coordinate_key)
       GROUP BY m.namespace, m.coordinate_key, m.version HAVING count(*) <> m.version OR max(e.version) <> m.version`,
    );
    expect(gaps).toEqual([]);
  });

  it('has nothing half-applied: as many events as writes, none left in the outbox', async () => {
    const [row] = await queryTruth<{ events: number; versions: number; outbox: number }>(
      service,
      `SELECT (SELECT count(*) FROM memory_events)::int AS events, (SELECT sum(version) FROM memories)::int AS versions,
              (SELECT count(*) FROM outbox)::int AS outbox`,
    );
    expect(row?.events).toBe(row?.versions);
    expect(row?.outbox).toBe(0);
  });

  it('finds every acknowledged memory in both lanes of the index', async () => {
    const missing: string[] = [];
    for (const mode of ['lexical', 'vector'] as const) {
      const keys = [...load.acknowledged.keys()];
      for (let from = 0; from < keys.length; from += 16) {
        await Promise.all(
          keys.slice(from, from + 16).map(async (key) => {
            const query = `unique${key.replace(',', 'x')}`;
            const found = await service.json<Recalled>('/v1/recall', { body: { query, top_k: 20, mode } });
            if (!found.hits.some((hit) => hit.coordinate.join(',') === key)) missing.push(`${mode} ${key}`);
          }),
        );
      }
    }
    expect(missing).toEqual([]);
  });
});
