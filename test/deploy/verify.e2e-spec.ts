import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningService, TOKEN } from '../e2e/support/running-service.js';
import { freePort } from '../services/lifetime/free-port.js';
import { FakePrograms } from './fake-programs.js';
import { runScript, type ScriptOutcome } from './run-script.js';

/** A cluster whose api is the service at FAKE_API, behind a forwarded port. */
/** As the setting reads while the token is rotated; the scripts take the first. */
const ROTATED = `${TOKEN},another-token-0123456789`;
const KUBECTL = `case "$*" in
  *port-forward*)
    trap 'kill $child; exit' TERM
    node -e 'const { connect, createServer } = require("node:net");
      createServer((from) => {
        const to = connect(+process.argv[1], "127.0.0.1");
        from.pipe(to).pipe(from);
        for (const end of [from, to]) end.on("error", () => end.destroy());
      }).listen(parseInt(process.argv[2]), "127.0.0.1")' "$FAKE_API" "\${*: -1}" &
    child=$!
    wait $child ;;
  *'get pods'*) echo pod/one ;;
  *logs*) echo "\${FAKE_LOG:-}" ;;
  *exec*) [ "\${*: -1}" != "\${FAKE_BROKEN:-}" ] ;;
  *'get secret'*) printf %s "$FAKE_TOKEN" | base64 ;;
esac`;

describe('the scripts that operators try a running service with', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(async () => {
    await service.dispose();
  });

  const verify = (url: string, token: string, ...more: string[]): Promise<ScriptOutcome> =>
    runScript('scripts/verify_full_stack.sh', ['--url', url, ...more], { settings: { SOMA_API_TOKEN: token } });

  it('verify_full_stack.sh finds a service that does its work, and leaves nothing behind', async () => {
    expect(await verify(service.url, ROTATED)).toEqual({
      status: 0,
      output: expect.stringMatching(/ok {6}and recalled no more\n\d+ checks passed/),
    });
    expect(await service.json('/stats')).toMatchObject({ total_memories: 0 });
  });

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
  });

  it('post_chunk.mjs stores a chunk', async () => {
    const args = ['scripts/post_chunk.mjs', '--size', '7', '--endpoint', `${service.url}/store_bulk`];
    expect(await runScript(process.execPath, args, { settings: { SOMA_API_TOKEN: ROTATED } })).toEqual({
      status: 0,
      output: expect.stringContaining('200 {"stored":7}'),
    });
    expect((await runScript(process.execPath, args)).status).toBe(2);
  });

  it('run_ci.sh takes port and token from the cluster and checks the service end to end', async () => {
    const fakes = await FakePrograms.create();
    await fakes.add('kubectl', KUBECTL);
    const check = async (token: string, more: Record<string, string> = {}): Promise<ScriptOutcome> =>
      runScript('scripts/run_ci.sh', [], {
        fakes,
        settings: {
          SFM_FORWARD_DIR: fakes.folder,
          CI_API_PORT: String(await freePort()),
          CI_COMPONENTS: 'api consumer',
          FAKE_API: String(service.port),
          FAKE_TOKEN: token,
          FAKE_LOG: 'Successfully processed event',
          ...more,
        },
      });
    const [good, bad] = [await check(ROTATED), await check('wrong')];
    await fakes.forget();
    const silent = await check(TOKEN, { FAKE_LOG: 'started' });
    expect(await fakes.calls()).toContain(
      'kubectl --namespace soma-memory exec deploy/soma-memory-somafractalmemory -- pg_dump --version',
    );
    const broken = await check(TOKEN, { CI_COMPONENTS: 'api redis', FAKE_BROKEN: 'ping' });
    await fakes.remove();
    expect(good).toEqual({ status: 0, output: expect.stringMatching(/\d checks passed/) });
    expect(bad).toEqual({ status: 1, output: expect.stringContaining('failed: the service does not do its work') });
    expect(silent).toEqual({ status: 1, output: expect.stringContaining('failed: consumer') });
    expect(broken).toEqual({ status: 1, output: expect.stringContaining('failed: redis: redis-cli ping') });
  });
});
