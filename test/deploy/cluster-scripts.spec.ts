import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, isListening, LOOPBACK } from '../services/lifetime/free-port.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { FakePrograms } from './fake-programs.js';
import { runScript, type ScriptOutcome } from './run-script.js';

/** Forwards by listening on the port; pods of FAKE_MISSING do not exist, those of FAKE_UNREADY never become ready. */
const KUBECTL = `component="$(printf '%s' "$*" | sed -n 's/.*component=\\([a-z]*\\).*/\\1/p')"
case "$*" in
  *port-forward*)
    [ -z "\${FAKE_REFUSE:-}" ] || { echo 'error: services not found' >&2; exit 1; }
    trap 'kill $child; exit' TERM
    node -e 'require("node:net").createServer().listen(+process.argv[1], "127.0.0.1")' "\${*: -1}" &
    child=$!
    wait $child ;;
  *'get pods'*'--output name'*) [[ " \${FAKE_MISSING:-} " == *" $component "* ]] || echo "pod/$component" ;;
  *wait*) [[ " \${FAKE_UNREADY:-} " != *" $component "* ]] ;;
  *'get pvc'*) printf '%s' "\${FAKE_PENDING:-}" ;;
esac`;

let fakes: FakePrograms;
let port: number;

beforeEach(async () => {
  fakes = await FakePrograms.create();
  // A forward ends with the port itself, as kubectl is called with local:remote.
  await fakes.add('kubectl', KUBECTL.replace('"${*: -1}"', '"$(printf %s "${*: -1}" | cut -d: -f1)"'));
  port = await freePort();
});
afterEach(async () => {
  await forward('stop');
  await fakes.remove();
});

const settings = (more: Record<string, string> = {}): Record<string, string> => ({
  SFM_FORWARD_DIR: fakes.folder,
  LOCAL_PORT: String(port),
  ...more,
});

const forward = (command: string, more: Record<string, string> = {}): Promise<ScriptOutcome> =>
  runScript('scripts/port_forward_api.sh', [command], { fakes, settings: settings(more) });

const pidFile = (): string => path.join(fakes.folder, 'port-forward-api.pid');

describe('port_forward_api.sh', () => {
  it('forwards the service of the release until it is told to stop', async () => {
    expect(await forward('start')).toMatchObject({ status: 0 });
    expect(await isListening(LOOPBACK, port)).toBe(true);
    expect(await forward('status')).toMatchObject({ status: 0 });
    expect(await forward('stop')).toMatchObject({ status: 0 });
    await waitFor(async () => !(await isListening(LOOPBACK, port)), { what: () => 'the forward to end' });
    expect(await forward('status')).toMatchObject({ status: 1 });
    expect(await fakes.calls()).toEqual([
      `kubectl --namespace soma-memory port-forward svc/soma-memory-somafractalmemory ${port}:http`,
    ]);
  });

  it('starts once when it is started twice, and stops when nothing runs', async () => {
    await forward('start');
    expect(await forward('start')).toEqual({ status: 0, output: expect.stringContaining('already forwarded') });
    expect(await fakes.calls()).toHaveLength(1);
    await forward('stop');
    expect(await forward('stop')).toEqual({ status: 0, output: expect.stringContaining('not running') });
  });

  it('says what kubectl said when nothing can be forwarded', async () => {
    const { status, output } = await forward('start', { FAKE_REFUSE: '1' });
    expect(status).toBe(1);
    expect(output).toContain('error: services not found');
    expect(existsSync(pidFile())).toBe(false);
  });

  it('does not take a stranger’s process for its own', async () => {
    await writeFile(pidFile(), `${process.pid}\n`);
    expect(await forward('status')).toMatchObject({ status: 1 });
    expect(await forward('stop')).toMatchObject({ status: 0 });
    expect(existsSync(pidFile())).toBe(false);
  });

  it('refuses another word with status 2', async () => {
    expect((await forward('restart')).status).toBe(2);
  });
});

describe('run_ci.sh', () => {
  const check = (more: Record<string, string> = {}): Promise<ScriptOutcome> =>
    runScript('scripts/run_ci.sh', ['--ready-only'], { fakes, settings: settings(more) });

  it('asks for every component of the release', async () => {
    expect((await check()).status).toBe(0);
    const waits = (await fakes.calls()).filter((call) => call.includes(' wait '));
    const components = waits.map((call) => /component=([a-z]+)/.exec(call)?.[1]);
    expect(components).toEqual(['api', 'consumer', 'postgres', 'redis', 'qdrant', 'redpanda']);
    for (const call of waits) expect(call).toContain('app.kubernetes.io/instance=soma-memory');
  });

  it('names what is missing and what is not ready, all of it', async () => {
    const { status, output } = await check({ FAKE_MISSING: 'qdrant', FAKE_UNREADY: 'consumer' });
    expect(status).toBe(1);
    expect(output).toContain('FAILED consumer: not ready after 300 s');
    expect(output).toContain('FAILED qdrant: there is no pod');
    expect(output).toContain('failed: consumer qdrant');
  });

  it('names a volume that is not bound', async () => {
    const { status, output } = await check({ FAKE_PENDING: 'soma-memory-somafractalmemory-postgres-data' });
    expect({ status, output }).toEqual({
      status: 1,
      output: expect.stringContaining('failed: soma-memory-somafractalmemory-postgres-data'),
    });
  });

  it('knows a release without servers of its own', async () => {
    expect((await check({ CI_COMPONENTS: 'api consumer', FAKE_MISSING: 'postgres redis' })).status).toBe(0);
  });
});

describe('the targets for a cluster', () => {
  const make = (target: string): Promise<ScriptOutcome> => runScript('make', [target], { fakes });

  it('kind-up creates the cluster once', async () => {
    await fakes.add('kind', '[ "$1" != get ] || echo soma-fractal-memory');
    await make('kind-up');
    expect(await fakes.calls()).toEqual(['kind get clusters', 'kubectl config use-context kind-soma-fractal-memory']);
    await fakes.forget();
    await fakes.add('kind');
    await make('kind-up');
    expect(await fakes.calls()).toContain('kind create cluster --config helm/kind-config.yaml');
  });

  it('setup-dev-k8s makes cluster, image and release, and names the step that fails', async () => {
    for (const program of ['kind', 'docker', 'curl']) await fakes.add(program);
    await fakes.add('helm', 'exit 1');
    const { status, output } = await make('setup-dev-k8s');
    expect(status).not.toBe(0);
    expect(output).toContain('failed: helm-dev-install');
    const calls = (await fakes.calls()).map((call) => call.split(' ').slice(0, 3).join(' '));
    expect(calls).toEqual([
      'kind get clusters',
      'kind create cluster',
      'kubectl config use-context',
      'docker build --file',
      'kind load docker-image',
      'helm upgrade --install',
    ]);
  });

  it('helm-dev-install installs the release of the documents', async () => {
    await fakes.add('helm');
    await make('helm-dev-install');
    const [call = ''] = await fakes.calls();
    expect(call).toContain('helm upgrade --install soma-memory ./helm --namespace soma-memory --create-namespace');
    expect(call).toContain('--values helm/values-dev-port9797.yaml');
  });
});

describe('make help', () => {
  const TARGETS = `setup-dev setup-dev-k8s quickstart settings compose-build compose-up compose-down compose-down-v
    compose-logs compose-ps compose-restart compose-health compose-print-ports compose-consumer-up compose-consumer-down
    helm-dev-install helm-dev-health helm-dev-uninstall kind-up kind-load kind-down runtime-build ci-verify ci-verify-k8s
    k8s-verify db-upgrade db-current db-downgrade db-revision docs-build docs-serve backup-postgres bench bench-ramp bench-scale clean clean-volumes lint test help`.split(
    /\s+/,
  );

  it('explains every target that the documents call', async () => {
    const { output } = await runScript('make', ['help']);
    const listed = [...output.matchAll(/^ {2}make (\S+) {2,}\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(expect.arrayContaining(TARGETS));
  });

  it('says of each target what it would do without doing it', async () => {
    for (const target of TARGETS) {
      expect({ target, ...(await runScript('make', ['--dry-run', target])) }).toMatchObject({ target, status: 0 });
    }
  });
});

describe('make db-revision', () => {
  it('adds a migration after the newest one, once', async () => {
    const index = path.join(fakes.folder, 'index.ts');
    const first = "import { First1700000000000 } from './1700000000000-first.js';\n";
    await writeFile(index, `${first}\nexport const MIGRATIONS = [First1700000000000];\n`);
    const create = (name: string): Promise<ScriptOutcome> =>
      runScript(process.execPath, ['scripts/new-migration.mjs', name, '--folder', fakes.folder]);
    const { status, output } = await create('add-colour');
    expect(status).toBe(0);
    const [, time = ''] = /migrations\/src\/(\d+)-add-colour\.ts/.exec(output) ?? [];
    expect(await readFile(index, 'utf8')).toBe(
      `${first}import { AddColour${time} } from './${time}-add-colour.js';\n\n` +
        `export const MIGRATIONS = [First1700000000000, AddColour${time}];\n`,
    );
    expect(await readFile(path.join(fakes.folder, `${time}-add-colour.ts`), 'utf8')).toContain(
      `class AddColour${time} implements MigrationInterface`,
    );
    expect((await create('add-colour')).status).toBe(1);
    expect((await create('Add Colour')).status).toBe(2);
  });
});
