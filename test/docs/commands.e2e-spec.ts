import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runScript, type ScriptOutcome } from '../deploy/run-script.js';
import { RunningService, TOKEN } from '../e2e/support/running-service.js';
import { queryTruth } from '../e2e/support/truth.js';
import { REPOSITORY } from '../services/repository.js';
import { read } from './known-names.js';
import { codeBlocks } from './markdown.js';

describe('commands that are written down', () => {
  let service: RunningService;
  let folder: string;

  beforeAll(async () => {
    service = await RunningService.start();
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-commands-'));
    await mkdir(path.join(folder, 'data'));
    await writeFile(path.join(folder, 'data', 'api-token'), `${TOKEN}\n`);
  });
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true });
  });

  /** Runs shell as it is written, at the port of this service, and ends with the first answer that is not a 2xx. */
  const run = async (commands: string): Promise<ScriptOutcome> => {
    const script = commands
      .replaceAll(/(localhost|127\.0\.0\.1):9595/g, `127.0.0.1:${service.port}`)
      .replaceAll('localhost:50053', await service.grpcAddress())
      .replaceAll('scripts/', fileURLToPath(new URL('../../scripts/', import.meta.url)))
      .replaceAll('curl -s ', 'curl -sS --fail-with-body ');
    const settings = {
      FOLDER: folder,
      SOMA_API_PORT: String(service.port),
      BIN: path.join(REPOSITORY, 'node_modules/.bin'),
    };
    return runScript('bash', ['-euo', 'pipefail', '-c', `cd "$FOLDER"\nPATH="$BIN:$PATH"\n${script}`], { settings });
  };
  const shellOf = (name: string): string[] =>
    codeBlocks({ name, text: read(name) })
      .filter(({ language, code }) => language === 'sh' && /curl|grpc-call|^soma (store|recall)/m.test(code))
      .map(({ code }) => code);

  it.each([
    'README.md',
    'docs/changes.md',
    'docs/cli.md',
    'docs/consolidation.md',
    'docs/credentials.md',
    'docs/filters.md',
    'docs/grpc.md',
    'docs/history.md',
    'docs/importance.md',
    'docs/lifecycle.md',
    'docs/links.md',
    'docs/mcp.md',
    'docs/namespaces.md',
    'docs/portability.md',
    'docs/quickstart.md',
    'docs/recall.md',
    'docs/validity.md',
  ])('those of %s work in their order', async (page) => {
    const blocks = shellOf(page);
    expect(blocks.length).toBeGreaterThan(0);
    const { status, output } = await run(blocks.join('\n'));
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('kettle') });
  });

  it('those of the operators’ documents do what they promise, with a token', async () => {
    const header = `-H 'Authorization: Bearer ${TOKEN}'`;
    const stored = await run(`curl -s http://127.0.0.1:9595/healthz
      curl -s -X POST http://127.0.0.1:9595/store ${header} -H 'Content-Type: application/json' \\
        -d '{"coord":"0,0,0","payload":{"text":"hello","run_id":"sanity"},"type":"episodic"}'`);
    expect(stored).toEqual({ status: 0, output: expect.stringContaining('{"ok":true}') });
    const kept = `select count(*)::int from kv_store where value::text like '%sanity%'`;
    expect(await queryTruth(service, kept)).toEqual([{ count: 1 }]);

    // Fifty items at one coordinate: one memory, and a row for each event.
    const item = (index: number) => ({
      coord: '0,0,0',
      payload: { text: `item ${index}`, run_id: 'fifty' },
      type: 'episodic',
    });
    const items = Array.from({ length: 50 }, (_, index) => item(index));
    expect(await service.json('/store_bulk', { body: { items } })).toEqual({ stored: 50 });
    const events = `select count(*)::int from public.memory_events where payload::text like '%fifty%'`;
    expect(await queryTruth(service, events)).toEqual([{ count: 50 }]);
  });

  it.each(['/docs', '/openapi.json', '/metrics'])('%s is where the documents say', async (route) => {
    expect(await run(`curl -s http://localhost:9595${route}`)).toMatchObject({ status: 0 });
  });

  it('would be refused where an answer is not a success', async () => {
    expect((await run('curl -s http://127.0.0.1:9595/stats')).status).not.toBe(0);
  });
});
