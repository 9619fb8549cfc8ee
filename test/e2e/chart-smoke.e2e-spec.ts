import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../services/environment.js';
import { RunningService, TOKEN } from './support/running-service.js';

const SCRIPT = fileURLToPath(new URL('../../helm/files/scripts/smoke.mjs', import.meta.url));

/** What `helm test` runs in the cluster, against the service itself. */
describe('the smoke test of the chart', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(async () => {
    await service.dispose();
  });

  function smoke(token: string, url = service.url): { status: number | null; output: string } {
    const env = childEnvironment({ SOMA_API_TOKEN: token });
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, url], { env, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  }

  it('passes and leaves nothing behind', async () => {
    const { status, output } = smoke(`${TOKEN},another-token-0123456789`);
    expect(output).toContain('ok    it is forgotten');
    expect(status).toBe(0);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const stats = await fetch(`${service.url}/stats`, { headers });
    expect(await stats.json()).toMatchObject({ total_memories: 0 });
  });

  it('fails with the step that does not hold', () => {
    const wrong = smoke('wrong-token');
    expect(wrong.output).toMatch(/FAILED POST .*\/store answered 403/);
    expect(wrong.status).toBe(1);
  });

  it('says how it is used', () => {
    expect(smoke('')).toMatchObject({ status: 2, output: expect.stringContaining('usage:') });
  });
});
