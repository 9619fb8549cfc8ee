import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { RunningService } from './support/running-service.js';
import { soma } from './support/soma.js';
import { caughtUp, queryTruth } from './support/truth.js';

describe('soma verify, reindex, export and import with everything embedded', () => {
  let service: RunningService;
  const run = (...args: string[]) => soma({ SOMA_DATA_DIR: service.dataDir }, ...args);
  const store = (from: number, count: number) =>
    service.json('/store_bulk', {
      body: {
        items: Array.from({ length: count }, (_, n) => ({
          coord: `${from + n},1`,
          payload: { text: `memory ${from + n}` },
        })),
      },
    });

  beforeAll(async () => {
    service = await RunningService.start();
    await store(0, 50);
    await caughtUp(service);
  });

  afterAll(() => service.dispose());

  it('asks the running service, which holds the index, and finds that everything agrees', async () => {
    const human = await run('verify');
    expect(human).toMatchObject({ code: 0, stderr: '' });
    expect(human.stdout).toMatch(/api_ns +50 +0 +50 +50/);
    expect(human.stdout).toContain('everything agrees');
    const machine = await run('verify', '--json', '--namespace', 'api_ns');
    expect(JSON.parse(machine.stdout)).toMatchObject({
      agrees: true,
      differences: {},
      found: [],
      repaired: null,
      namespaces: [{ namespace: 'api_ns', memories: 50, events: 50, points: 50 }],
    });
  });

  it('finds a payload that was changed in the database, and cannot repair it', async () => {
    const change = (from: string, to: string) =>
      queryTruth(service, `UPDATE memories SET payload = $2 WHERE coordinate_key = '3,1' AND payload = $1`, [from, to]);
    const [honest, forged] = ['{"text":"memory 3"}', '{"text":"forged"}'];
    await change(honest, forged);
    const found = await run('verify', '--repair');
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/^content_mismatch api_ns 3,1: .*cannot be repaired/m);
    expect(found.stdout).toContain('1 difference: content_mismatch 1; 0 repaired');
    await change(forged, honest);
    expect(await run('verify')).toMatchObject({ code: 0 });
  });

  it('finds and removes a link that leads nowhere', async () => {
    await queryTruth(
      service,
      `INSERT INTO memory_links (namespace, from_key, to_key, link_type, from_life, to_life)
        VALUES ('api_ns', '1,1', '404,4', 'about', 1, 1)`,
    );
    const found = await run('verify');
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/^link_dangling api_ns 1,1: its link about leads to 404,4/m);
    const rebuilt = await run('reindex', '--all', '--json');
    expect(rebuilt.code).toBe(1);
    expect(JSON.parse(rebuilt.stdout)).toMatchObject({
      found: [{ kind: 'link_dangling', namespace: 'api_ns', key: '1,1', run: 'first' }],
      notes: [],
    });
    const repaired = await run('verify', '--repair');
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toContain('everything agrees; 1 repaired');
  });

  it('rebuilds the index inside the service while it is written to, and loses nothing', async () => {
    let isRebuilding = true;
    const traffic = (async () => {
      for (let from = 100; isRebuilding; from += 5) {
        await store(from, 5);
        await service.request(`/memories/${from},1`, { method: 'DELETE' });
      }
    })();
    const [first, second] = [await run('reindex', '--all'), await run('reindex', '--namespace', 'api_ns', '--json')];
    isRebuilding = false;
    await traffic;
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(
      /^rebuilt api_ns: \d+ memories, \d+ embedded anew, \d+ changes meanwhile; everything agrees/m,
    );
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({
      rebuilt: [{ namespace: 'api_ns', verification: { agrees: true } }],
    });
    await caughtUp(service);
    expect(await run('verify')).toMatchObject({ code: 0 });
  });

  it('says when the service refuses the token', async () => {
    const refused = await soma({ SOMA_DATA_DIR: service.dataDir, SOMA_API_TOKEN: 'a-wrong-token-000000' }, 'verify');
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(/refuses the token.*SOMA_API_TOKEN/);
  });

  it('tells wrong usage from differences', async () => {
    expect(await run('verify', '--max-pending-seconds', 'soon')).toMatchObject({ code: 2 });
    expect(await run('verify', '--nonsense')).toMatchObject({ code: 2 });
    expect(await run('reindex')).toMatchObject({ code: 2 });
    expect(await run('reindex', '--all', '--namespace', 'x')).toMatchObject({ code: 2 });
    const help = await run('verify', '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/Exit codes: 0 .* 1 .* 2 .* 3/);
    expect(await soma({ SOMA_DATA_DIR: `${service.dataDir}/none` }, 'verify')).toMatchObject({ code: 3 });
  });

  it('verifies the data folder itself when no service runs, pending writes and all', async () => {
    await store(9000, 200);
    await service.signal('SIGKILL');
    const alone = await run('verify');
    expect(alone).toMatchObject({ code: 0 });
    expect(await run('reindex', '--all')).toMatchObject({ code: 0 });
    await service.launch();
    await caughtUp(service);
    expect(await run('verify')).toMatchObject({ code: 0 });
  });

  it('exports and imports, beside a running service and without one', async () => {
    const file = (name: string) => `${service.dataDir}-${name}`;
    const [given, beside, broken] = [file('given'), file('beside'), file('broken')];
    const exported = (namespace: string) => run('export', '--namespace', namespace);
    try {
      const memory = (n: number) =>
        JSON.stringify({ coordinate: [n, 2], text: `memory ${n}`, timestamp: 1_764_500_000 });
      await writeFile(given, Array.from({ length: 1100 }, (_, n) => memory(n)).join('\n'));
      const imported = await run('import', '--namespace', 'beside', '--json', given);
      expect(imported).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(imported.stdout)).toMatchObject({ format: 'earlier-jsonl', memories: { imported: 1100 } });
      await caughtUp(service);
      const headers = { 'x-soma-namespace': 'beside' };
      const recalled = await service.json('/v1/recall', { body: { query: 'memory 49', top_k: 1 }, headers });
      expect(recalled).toMatchObject({ hits: [{ payload: { text: 'memory 49' } }] });
      expect(await run('verify', '--namespace', 'beside')).toMatchObject({ code: 0 });
      const written = await run('export', '--namespace', 'beside', '--output', beside, '--json');
      expect(written).toMatchObject({ code: 0, stderr: '' });
      const text = await readFile(beside, 'utf8');
      const counts = { memories: 1100, versions: 0, links: 0, bytes: text.length };
      expect(JSON.parse(written.stdout)).toEqual(counts);
      expect(await run('export', '--output', beside)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/exists/),
      });

      await service.signal('SIGTERM');
      expect(await exported('beside')).toEqual({
        code: 0,
        stdout: text,
        stderr: 'exported 1100 memories, 0 earlier versions and 0 links\n',
      });
      const lines = text.split('\n');
      lines[1050] = lines[1050]!.slice(1);
      await writeFile(broken, lines.join('\n'));
      const stopped = await run('import', '--namespace', 'alone', broken);
      expect(stopped).toMatchObject({ code: 1, stdout: '' });
      expect(stopped.stderr).toMatch(
        /^line 1051: .*; 1000 records are imported, to go on: soma import --from-line 1003$/m,
      );
      const resumed = await run('import', '--namespace', 'alone', '--from-line', '1003', beside);
      expect(resumed.stdout).toContain('memories: 100 imported, 0 replaced, 0 unchanged');
      const again = await run('import', '--namespace', 'alone', '--on-conflict', 'fail', beside);
      expect(again.stdout).toContain('memories: 0 imported, 0 replaced, 1100 unchanged');
      expect(await exported('alone')).toMatchObject({ code: 0, stdout: text });
      const missing = await run('import', `${beside}-none`);
      expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ENOENT.*-none'\n$/) });
      expect(await run('import', '--from-line', '0', beside)).toMatchObject({ code: 2, stdout: '' });
    } finally {
      await Promise.all([given, beside, broken].map((path) => rm(path, { force: true })));
    }
  });
});
