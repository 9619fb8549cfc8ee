import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ramp } from '../../bench/ramp-report.mjs';
import { runScript } from '../deploy/run-script.js';

const RAMP = 'bench/ramp.mjs';
const HITS = JSON.stringify({ hits: [{}], degraded: [] });

describe('the ramped bench', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sfm-ramp-'));
  let server: Server | undefined;
  const seen: { route: string; authorization: string | undefined; namespace: unknown }[] = [];

  /** Something that speaks as a service does, with an answer to the recall number n. */
  async function listen(recall: (n: number) => { status: number; body: string }): Promise<string> {
    let recalls = 0;
    server = createServer((request, response) => {
      const route = request.url ?? '';
      if (route !== '/metrics') {
        const { authorization, 'x-soma-namespace': namespace } = request.headers;
        seen.push({ route, authorization, namespace });
      }
      const answers: Record<string, () => { status: number; body: string }> = {
        '/metrics': () => ({ status: 200, body: 'soma_oldest_unindexed_age_seconds 0\n' }),
        '/store': () => ({ status: 200, body: '{}' }),
        '/v1/recall': () => recall(recalls++),
      };
      const { status, body } = answers[route]?.() ?? { status: 404, body: '' };
      request.resume().once('end', () => response.writeHead(status).end(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const run = (url: string): ReturnType<typeof runScript> =>
    runScript(process.execPath, [RAMP, '--steps', '4,8', '--clients', '2', '--out', folder], {
      settings: { SOMA_BENCH_URL: `${url}/`, SOMA_BENCH_TOKEN: 'its-own-token' },
    });
  const report = (): Ramp => JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'));

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    seen.length = 0;
    rmSync(folder, { recursive: true, force: true });
  });

  it('measures a service that runs already, with its token, in a namespace of its own', async () => {
    const { status } = await run(await listen(() => ({ status: 200, body: HITS })));
    expect(status).toBe(0);
    const { steps, warmUp, namespace } = report();
    expect(steps).toMatchObject([
      { size: 4, held: warmUp + 4, stores: { calls: 4, errors: 0 }, recalls: { calls: 4, errors: 0 } },
      { size: 8, held: warmUp + 12, stores: { calls: 8, errors: 0 }, recalls: { calls: 8, errors: 0 } },
    ]);
    expect(seen.filter(({ route }) => route === '/store')).toHaveLength(warmUp + 12);
    expect(new Set(seen.map((request) => request.authorization))).toEqual(new Set(['Bearer its-own-token']));
    expect(new Set(seen.map((request) => request.namespace))).toEqual(new Set([namespace]));
  });

  it('counts refused, degraded and empty recalls, still reports, and fails', async () => {
    const bad = [
      { status: 429, body: '' },
      { status: 200, body: JSON.stringify({ hits: [{}], degraded: ['vectors'] }) },
      { status: 200, body: JSON.stringify({ hits: [], degraded: [] }) },
    ];
    const url = await listen((n) => bad[n - 100] ?? { status: 200, body: HITS });
    const { status, output } = await run(url);
    expect(status).toBe(1);
    expect(output).toContain('3 calls failed');
    expect(report().steps[0]?.recalls).toMatchObject({
      errors: 3,
      failures: { 'HTTP 429': 1, 'degraded: vectors': 1, 'no hits': 1 },
    });
  });

  it('explains itself, and refuses steps and clients that are no numbers', async () => {
    const help = await runScript(process.execPath, [RAMP, '--help']);
    expect(help).toEqual({ status: 0, output: expect.stringContaining('usage: ') });
    for (const words of [
      ['--steps', '100,x'],
      ['--steps', '0'],
      ['--clients', '1.5'],
    ]) {
      const { status, output } = await runScript(process.execPath, [RAMP, ...words]);
      expect({ status, output }).toEqual({ status: 2, output: expect.stringContaining(`${words[0]} takes whole`) });
    }
  });
});
