import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { read } from '../docs/known-names.js';
import { codeBlocks } from '../docs/markdown.js';
import { describeWith } from '../services/availability.js';
import { freePort } from '../services/lifetime/free-port.js';
import { ServerUnavailable } from '../services/lifetime/server-process.js';
import { findSystemPostgres, startSystemPostgres } from '../services/postgres/system-postgres.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { findOnPath } from '../services/programs/run-tool.js';
import { REPOSITORY } from '../services/repository.js';
import { FakePrograms } from './fake-programs.js';
import { runScript } from './run-script.js';

const FOLDER = path.join(REPOSITORY, 'systemd');
const UNITS = readdirSync(FOLDER).filter((name) => /\.(service|timer)$/.test(name));
const SERVICES = UNITS.filter((name) => name.endsWith('.service'));
const PAGE = 'docs/deployment/own-servers.md';

async function findSystemd(): Promise<string> {
  const found = await findOnPath('systemd-analyze');
  if (found === undefined) throw new ServerUnavailable('systemd-analyze is not installed');
  return found;
}

const settingsIn = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));

const describeSystemd = await describeWith([], { systemd: findSystemd });

describeSystemd('systemd', () => {
  it.each(UNITS)('finds nothing wrong with %s', async (unit) => {
    // Where Node lies elsewhere, the unit of this test must name it all the same.
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-units-'));
    await cp(FOLDER, folder, { recursive: true });
    for (const name of SERVICES) {
      const text = await readFile(path.join(folder, name), 'utf8');
      await writeFile(path.join(folder, name), text.replace('ExecStart=node ', `ExecStart=${process.execPath} `));
    }
    const outcome = await runScript(await findSystemd(), ['verify', '--man=no', path.join(folder, unit)]);
    await rm(folder, { recursive: true });
    expect(outcome).toEqual({ status: 0, output: '' });
  });

  it.each(SERVICES)('calls what %s may do OK: at most 2 of 10', async (unit) => {
    const args = ['security', '--offline=true', '--threshold=20', path.join(FOLDER, unit)];
    expect(await runScript(await findSystemd(), args)).toMatchObject({ status: 0 });
    const open = [...args.slice(0, 2), '--threshold=10', args.at(-1) ?? ''];
    expect((await runScript(await findSystemd(), open)).status).not.toBe(0);
  });
});

describe('the units', () => {
  it.each(['api', 'consumer'])(
    'give %s longer to end than draining takes, and start it again whatever happens',
    (app) => {
      const unit = read(`systemd/somafractalmemory-${app}.service`);
      const { shutdownTimeoutMs } = loadConfig({ SOMA_API_TOKEN: 'token' }).service;
      const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
      expect(seconds * 1000).toBeGreaterThan(shutdownTimeoutMs + 10_000);
      expect(unit).toMatch(/^Restart=always$/m);
      expect(unit).toContain(`\nExecStart=node apps/${app}/dist/main.js\n`);
    },
  );

  it('start with settings that the service knows, those that are left out by # too', () => {
    const settings = settingsIn(read('systemd/environment'));
    const { NODE_ENV: _, SOMA_API_TOKEN_FILE: __, ...rest } = settings;
    const { warnings, database } = loadConfig({ ...rest, SOMA_API_TOKEN: 'token' });
    expect(warnings.filter(({ variable }) => variable !== 'SOMA_API_HOST')).toEqual([]);
    expect(database.url).toBe('postgresql://soma:PASSWORD@localhost:5432/somamemory');
  });
});

const describePromtool = await describeWith([], checkTools('promtool'));

describePromtool('the jobs of a Prometheus outside Kubernetes', () => {
  it('are read by Prometheus, and make every process a service of its own', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-prometheus-'));
    const file = path.join(folder, 'prometheus.yml');
    const text = read('systemd/prometheus.yml').replace(
      /\/etc\/prometheus\/[\w.-]+/,
      path.join(REPOSITORY, 'helm/files/alerts.yaml'),
    );
    await writeFile(file, text);
    const outcome = await runScript(await findCheckTool('promtool'), ['check', 'config', file]);
    await rm(folder, { recursive: true });
    expect(outcome).toMatchObject({ status: 0 });
    const { scrape_configs: jobs } = parse(text) as {
      scrape_configs: { job_name: string; relabel_configs?: { target_label: string; source_labels: string[] }[] }[];
    };
    for (const { relabel_configs: relabelling } of jobs.filter(({ job_name: name }) => name.startsWith('soma'))) {
      if (relabelling)
        expect(relabelling).toMatchObject([{ source_labels: ['job', '__address__'], target_label: 'service' }]);
    }
    expect(jobs.filter(({ relabel_configs: own }) => own).map(({ job_name: name }) => name)).toEqual([
      'somafractalmemory',
      'somafractalmemory-consumer-metrics',
    ]);
  });
});

/** Starts what a unit starts, with its settings, in its folder; stops it as systemd does. ROOT stands for `/`. */
const SYSTEMCTL = `verb="$1"; shift
case "$verb" in daemon-reload) exit 0 ;; enable) shift; verb=start ;; esac
case "$1" in *.timer) exec test -f "$ROOT/etc/systemd/system/$1" ;; esac
unit="$ROOT/etc/systemd/system/$1.service"
value() { sed -n "s/^$1=//p" "$unit" | head -n 1; }
if [ "$verb" = stop ]; then
  pid="$(cat "$ROOT/$1.pid")"; kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  exit 0
fi
set -a; . "$(value EnvironmentFile)"; set +a
cd "$(value WorkingDirectory)" || exit 1
[ "$(value Type)" != oneshot ] || exec $(value ExecStart)
nohup $(value ExecStart) >"$ROOT/$1.log" 2>&1 &
echo $! >"$ROOT/$1.pid"`;
/** Runs the command behind the options. */
const SYSTEMD_RUN = `while [[ "$1" == --* ]]; do
  case "$1" in
    --property=EnvironmentFile=*) set -a; . "\${1#--property=EnvironmentFile=}"; set +a ;;
    --working-directory=*) cd "\${1#*=}" || exit 1 ;;
  esac
  shift
done
exec "$@"`;

const describeReal = await describeWith([], { pg_dump: findSystemPostgres });

describeReal('the page about own servers', () => {
  let root: string;
  let fakes: FakePrograms;
  let postgres: Awaited<ReturnType<typeof startSystemPostgres>>;
  let port: number;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'sfm-own-server-'));
    fakes = await FakePrograms.create();
    [postgres, port] = [await startSystemPostgres(), await freePort()];
    for (const folder of ['etc/sysusers.d', 'etc/systemd/system', 'var/lib/somafractalmemory']) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    for (const program of ['apt-get', 'npm', 'systemd-sysusers']) await fakes.add(program);
    await fakes.add('sudo', '[ "$1" != -u ] || shift 2\nexec "$@"');
    await fakes.add('psql', `exec '${(await findOnPath('psql')) ?? ''}' '${postgres.url}' "$@"`);
    await fakes.add('systemctl', SYSTEMCTL);
    await fakes.add('systemd-run', SYSTEMD_RUN);
    // The files that the page copies, for this root, server and port.
    await mkdir(path.join(root, 'systemd'));
    for (const name of await readdir(FOLDER)) {
      const text = await readFile(path.join(FOLDER, name), 'utf8');
      await writeFile(path.join(root, 'systemd', name), adapted(text).replace('soma:PASSWORD', 'soma_page:PASSWORD'));
    }
    const settings = path.join(root, 'systemd', 'environment');
    const own = `SOMA_API_PORT=${port}\nSOMA_GRPC_ENABLED=false\n`;
    await writeFile(settings, (await readFile(settings, 'utf8')) + own);
  });
  afterAll(async () => {
    const pid = await readFile(path.join(root, 'somafractalmemory-api.pid'), 'utf8').catch(() => undefined);
    if (pid !== undefined) process.kill(Number(pid), 'SIGTERM');
    await postgres.stop();
    await fakes.remove();
    await rm(root, { recursive: true, force: true });
  });

  const adapted = (text: string): string =>
    text
      .replaceAll(/\/(?=(?:etc|var)\/)/g, `${root}/`)
      .replaceAll('/opt/somafractalmemory', REPOSITORY)
      .replaceAll('localhost:5432', new URL(postgres.url).host)
      .replaceAll('127.0.0.1:9595', `127.0.0.1:${port}`);

  it('leads from nothing to a verified restore, with its commands in their order', async () => {
    const commands = codeBlocks({ name: PAGE, text: read(PAGE) })
      .filter(({ language }) => language === 'sh')
      .map(({ code }) => code)
      .join('\n');
    const script = adapted(commands)
      .replaceAll('ROLE soma ', 'ROLE soma_page ')
      .replaceAll('OWNER soma ', 'OWNER soma_page ')
      .replaceAll(' -g soma', '')
      .replaceAll(/ systemd\//g, ` ${root}/systemd/`)
      .replaceAll('curl -s ', 'curl -sS --fail-with-body ');
    const { status, output } = await runScript('bash', ['-euo', 'pipefail', '-c', script], {
      settings: { ROOT: root },
      fakes,
    });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('restored and verified in') });
    // Recalled after the restore.
    expect(output.split('restored and verified in')[1]).toContain('The kettle is in the blue cupboard');
    const calls = await fakes.calls();
    expect(calls).toContain('systemctl start somafractalmemory-backup');
    const stop = calls.indexOf('systemctl stop somafractalmemory-api');
    expect(calls.findIndex((call) => call.includes('restore_drill.sh'))).toBeGreaterThan(stop);
  });
});
