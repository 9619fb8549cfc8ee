import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningService, TOKEN } from '../e2e/running-service.js';
import { freePort } from '../services/free-port.js';
import { runScript, type ScriptOutcome } from './run-script.js';

describe('the scripts that operators try a running service with', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  }, 120_000);
  afterAll(async () => {
    await service.dispose();
  }, 60_000);

  const verify = (url: string, token: string, ...more: string[]): Promise<ScriptOutcome> =>
    runScript('scripts/verify_full_stack.sh', ['--url', url, ...more], { settings: { SOMA_API_TOKEN: token } });

  it('verify_full_stack.sh finds a service that does its work, and leaves nothing behind', async () => {
    expect(await verify(service.url, TOKEN)).toEqual({
      status: 0,
      output: expect.stringMatching(/ok {6}and recalled no more\n\d+ checks passed/),
    });
    expect(await service.json('/stats')).toMatchObject({ total_memories: 0 });
  }, 120_000);

  it('verify_full_stack.sh names what fails', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect(await verify(nobody, TOKEN)).toEqual({
      status: 1,
      output: expect.stringMatching(/FAILED {2}the api is alive.*ECONNREFUSED/),
    });
    expect(await verify(service.url, 'wrong')).toEqual({
      status: 1,
      output: expect.stringContaining('FAILED  a memory is stored (/store): answered 403, not 200'),
    });
    expect(await verify(service.url, TOKEN, '--qdrant-url', nobody)).toEqual({
      status: 1,
      output: expect.stringContaining('FAILED  Qdrant answers'),
    });
  }, 120_000);

  it('post_chunk.mjs stores a chunk', async () => {
    const args = ['scripts/post_chunk.mjs', '--size', '7', '--endpoint', `${service.url}/store_bulk`];
    expect(await runScript(process.execPath, args, { settings: { SOMA_API_TOKEN: TOKEN } })).toEqual({
      status: 0,
      output: expect.stringContaining('200 {"stored":7}'),
    });
    expect((await runScript(process.execPath, args)).status).toBe(2);
  });
});
