import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WRITTEN_NUMBERS, WRITTEN_PAYLOAD } from '@sfm/memory/testing';
import { RunningService } from './support/running-service.js';
import { soma } from './support/soma.js';
import { caughtUp, queryTruth } from './support/truth.js';

describe('soma replay --from ledger with everything embedded', () => {
  let service: RunningService;
  const run = (...args: string[]) => soma({ SOMA_DATA_DIR: service.dataDir }, ...args);
  /** Every column of every memory but how often it was read. */
  const memories = () =>
    queryTruth(
      service,
      `SELECT to_jsonb(m) - 'access_count' - 'last_accessed_at' AS row FROM memories m ORDER BY namespace, coordinate_key`,
    );
  const links = () =>
    queryTruth(
      service,
      'SELECT to_jsonb(l) AS row FROM memory_links l ORDER BY namespace, from_key, link_type, to_key',
    );
  const link = (from: string, to: string, more: object = {}) =>
    service.json('/link', { body: { from_coord: from, to_coord: to, ...more } });

  beforeAll(async () => {
    service = await RunningService.start();
    for (let n = 0; n < 12; n += 1) {
      await service.json('/store', { body: { coord: `${n},0.5`, payload: { text: `the barrel number${n}x`, n } } });
    }
    await service.json('/store', { body: { coord: '1,0.5', payload: { text: 'the barrel number1x again' } } });
    for (const to of [0, 1, 2, 3, 4]) await link('5,0.5', `${to},0.5`, { weight: to / 10 });
    await link('5,0.5', '0,0.5', { weight: 0.7, type: 'causes' });
    await service.json('/graph/link', { body: { from_coord: '404,0.5', to_coord: '5,0.5', metadata: { n: 1e-7 } } });
    await service.json('/unlink', { body: { from_coord: [5, 0.5], to_coord: [4, 0.5] } });
    await service.json('/memories/3,0.5', { method: 'DELETE' });
    await service.json('/v1/memories', {
      body: {
        coordinate: [0.1, -2.5e-7],
        payload: {
          ...WRITTEN_PAYLOAD,
          text: 'until noon',
          coordinate: 'at home',
          timestamp: 'noon',
          memory_type: 7,
          importance_norm: 0.1,
        },
        importance: 2.5,
        expires_at: '2100-01-01T12:00:00.123Z',
      },
    });
    await caughtUp(service);
  });
  afterAll(() => service.dispose());

  it('refuses while the service runs', async () => {
    const refused = await run('replay', '--from', 'ledger');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('stop every api and consumer process first');
  });

  it('makes lost memories and links again, equal in every column, indexed and recallable', async () => {
    const [before, linksBefore] = [await memories(), await links()];
    expect(linksBefore).toHaveLength(5);
    await queryTruth(service, `DELETE FROM memories WHERE coordinate_key <> '5,0.5'`);
    await queryTruth(service, `DELETE FROM memory_links WHERE to_key <> '1,0.5'`);
    await service.signal('SIGTERM');
    const replayed = await run('replay', '--from', 'ledger', '--json');
    expect(replayed).toMatchObject({ code: 0 });
    expect(JSON.parse(replayed.stdout)).toMatchObject({
      read: 13,
      memories: 12,
      links: 4,
      unreadable: 0,
      unindexed: 0,
    });
    const verified = await run('verify', '--max-pending-seconds', '0');
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/everything agrees$/m) });
    await service.launch();
    expect(await memories()).toEqual(before);
    expect(await links()).toEqual(linksBefore);
    const numbers = await service.request('/v1/memories/0.1,-2.5e-7');
    expect(await numbers.text()).toContain(`"all":[${WRITTEN_NUMBERS.join()}]`);
    const { matches } = await service.json<{ matches: readonly { text: string }[] }>('/recall', {
      body: { query: 'barrel number1x' },
    });
    expect(matches[0]?.text).toBe('the barrel number1x again');
    expect((await run('verify', '--max-pending-seconds', '0')).stdout).toContain('everything agrees');
  });

  it('tells what it is for, and refuses sources it does not know', async () => {
    expect((await run('replay', '--help')).stdout).toContain('soma replay --from ledger');
    const unknown = await run('replay', '--from', 'tape');
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('topic');
  });
});
