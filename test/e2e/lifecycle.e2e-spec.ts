import { afterEach, describe, expect, it } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RawConnection } from '../../apps/api/test/raw-connection.js';
import { RunningService, TOKEN } from './support/running-service.js';

describe('the life of an embedded service', () => {
  const services: RunningService[] = [];
  const started = async (settings?: Record<string, string>) => {
    const service = await RunningService.start(settings);
    services.push(service);
    return service;
  };
  const store = (service: RunningService, coord: string, text: string) =>
    service.json('/store', { body: { coord, payload: { text } } });
  const recallTexts = async (service: RunningService, query: string) =>
    (await service.json<{ matches: { text: string }[] }>('/recall', { body: { query } })).matches.map(
      ({ text }) => text,
    );

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.dispose()));
  });

  it('keeps memories over a clean stop and start', async () => {
    const service = await started();
    await store(service, '1,2,3', 'the kettle is in the blue cupboard');
    expect(await service.signal('SIGTERM')).toBe(0);
    await service.launch();
    expect(await recallTexts(service, 'blue cupboard')).toEqual(['the kettle is in the blue cupboard']);
  });

  it('repeats the answer of an idempotency key after it was killed, and stores nothing again', async () => {
    const service = await started();
    const keep = () =>
      service.json<{ version: number }>('/v1/memories', {
        headers: { 'idempotency-key': 'once' },
        body: { coordinate: [1], payload: { text: 'kept once' } },
      });
    expect(await keep()).toMatchObject({ version: 1, created: true });
    await service.signal('SIGKILL');
    await service.launch();
    expect(await keep()).toMatchObject({ version: 1, created: true });
    expect(await service.json('/v1/memories/1')).toMatchObject({ version: 1 });
  });

  it('answers requests that are in flight when it is told to stop, and stops in time', async () => {
    const service = await started();
    const items = Array.from({ length: 1000 }, (_, n) => ({ coord: `${n},1`, payload: { text: `memory ${n}` } }));
    const answers = Array.from({ length: 4 }, () => service.request('/store_bulk', { body: { items } }));
    const recalls = Array.from({ length: 8 }, () => service.request('/recall', { body: { query: 'memory' } }));
    await Promise.race([...answers, ...recalls]);
    const exit = service.signal('SIGTERM');
    expect((await Promise.all([...answers, ...recalls])).map(({ status }) => status)).toEqual(Array(12).fill(200));
    const code = await exit;
    // One that takes longer than it may ends at once, with another code.
    if (code !== 0) throw new Error(`ended with ${code}:\n${service.output}`);
  });

  it('lets nobody who waits for a lock, or reads an export slowly, keep it from stopping', async () => {
    const service = await started();
    const held = { owner: 'somebody', ttl_seconds: 600 };
    await service.json('/v1/locks/kettle', { body: held });
    const items = Array.from({ length: 200 }, (_, n) => ({ coord: `${n}`, payload: { text: 'x'.repeat(100_000) } }));
    for (let first = 0; first < items.length; first += 40) {
      await service.json('/store_bulk', { body: { items: items.slice(first, first + 40) } });
    }
    const reader = RawConnection.to(service.port);
    reader.readNoFurther();
    reader.send(`GET /v1/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    await reader.answers(1);
    const waiting = service.request('/v1/locks/kettle', { body: { owner: 'another', wait_seconds: 30 } });
    await service.json('/stats');
    const exit = service.signal('SIGTERM');
    expect((await waiting).status).toBe(409);
    expect({ code: await exit, output: service.output }).toMatchObject({ code: 0 });
    reader.hangUp();
  });

  it('stops cleanly on SIGINT and leaves no PostgreSQL behind', async () => {
    const service = await started();
    expect(await service.signal('SIGINT')).toBe(0);
    await expect(stat(join(service.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['the body', `Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"coord": `],
    ['the head', 'Content-Ty'],
  ])('drops a request that comes no further than %s, and stops cleanly', async (_, rest) => {
    const service = await started();
    const connection = RawConnection.to(service.port);
    const head = ['POST /store HTTP/1.1', 'Host: x', `Authorization: Bearer ${TOKEN}`, 'Expect: 100-continue'];
    connection.send(`${head.join('\r\n')}\r\n${rest}`);
    await (rest.includes('{') ? connection.answers(1) : service.json('/stats'));
    const items = Array.from({ length: 1000 }, (_, n) => ({ coord: `${n},1`, payload: { text: `memory ${n}` } }));
    const answer = service.request('/store_bulk', { body: { items } });
    await service.json('/stats');
    const exit = service.signal('SIGTERM');
    expect((await answer).status).toBe(200);
    // One that takes its full time ends with another code.
    expect(await exit).toBe(0);
    await connection.closed();
    await expect(stat(join(service.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
    if (rest.includes('{')) expect(service.output).not.toMatch(/"level":"(?:error|warn)"/);
  });

  it('leaves no PostgreSQL behind when it is told to stop while it starts one', async () => {
    const service = await RunningService.prepare();
    services.push(service);
    service.spawn();
    const file = join(service.dataDir, 'postgres', 'postmaster.pid');
    const isThere = () =>
      stat(file).then(
        () => true,
        () => false,
      );
    await waitFor(isThere, { intervalMs: 2, what: () => `PostgreSQL to start\n${service.output}` });
    expect(await service.signal('SIGTERM')).toBe(0);
    expect(await isThere()).toBe(false);
  });

  it('stops when npm start is told to, as supervisors do', async () => {
    const service = await RunningService.prepare();
    services.push(service);
    service.script = 'start';
    await service.launch();
    await service.signal('SIGTERM');
    const answers = () =>
      fetch(`${service.url}/ping`).then(
        () => true,
        () => false,
      );
    await waitFor(async () => !(await answers()), { timeoutMs: 20_000, what: () => 'the service to stop' });
    await expect(stat(join(service.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('refuses a second instance on the same data folder and lets the first go on', async () => {
    const first = await started();
    await store(first, '1,1', 'first instance');
    const second = await RunningService.prepare({ SOMA_DATA_DIR: first.dataDir });
    services.push(second);
    second.spawn();
    expect(await second.exited()).not.toBe(0);
    expect(second.output).toContain(first.dataDir);
    expect(second.output).toMatch(/another/i);
    expect(await recallTexts(first, 'first instance')).toEqual(['first instance']);
  });

  it('takes over the PostgreSQL that a killed service left behind', async () => {
    const service = await started();
    await store(service, '1,1', 'written before the kill');
    await service.signal('SIGKILL');
    await service.launch();
    expect(await recallTexts(service, 'written before the kill')).toEqual(['written before the kill']);
  });

  it('recovers by itself when PostgreSQL dies, statistics included', async () => {
    const service = await started();
    await store(service, '1,1', 'before the crash');
    const file = join(service.dataDir, 'postgres', 'postmaster.pid');
    const postmaster = async () => Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    const pid = await postmaster();
    process.kill(pid, 'SIGKILL');
    // Backends outlive their postmaster for a moment and still answer.
    await waitFor(async () => ![0, pid].includes(await postmaster()));
    await waitFor(async () => (await service.request('/stats').catch(() => null))?.status === 200, {
      what: () => `statistics after the crash\n${service.output}`,
    });
    await waitFor(
      async () =>
        (await service.request('/store', { body: { coord: '2,2', payload: { text: 'after the crash' } } })).status ===
        200,
    );
    expect((await recallTexts(service, 'crash')).sort()).toEqual(['after the crash', 'before the crash']);
  });

  it('makes a token at first start, shows it once, and keeps it readable for its owner only', async () => {
    const service = await started({ SOMA_API_TOKEN: '' });
    const file = join(service.dataDir, 'api-token');
    const token = (await readFile(file, 'utf8')).trim();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(service.output).toContain(token);
    const headers = { authorization: `Bearer ${token}` };
    expect((await service.request('/stats', { headers })).status).toBe(200);
    await service.signal('SIGTERM');
    await service.launch();
    expect(service.output).not.toContain(token);
  });

  it('says where the data is and gives two requests that work as pasted', async () => {
    const service = await started({ SOMA_API_TOKEN: '', SOMA_RATE_LIMIT_MAX: '60' });
    expect(service.output).toContain(service.dataDir);
    expect(service.output.match(/curl /g)).toHaveLength(2);
    expect(service.output).toMatch(/60 requests/);
  });
});
