import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { freePorts, LOOPBACK } from '../services/lifetime/free-port.js';
import { FakePrograms } from './fake-programs.js';
import { runScript, type ScriptOutcome } from './run-script.js';

/** `compose port` answers what FAKE_PORTS says, `up` ends with FAKE_UP, `compose version` and `volume ls` with FAKE_MISSING. */
const DOCKER = `case "$*" in
  'compose version') exit "\${FAKE_MISSING:-0}" ;;
  *' port '*) sed -n "s/^\${*: -2:1} //p" "$FAKE_PORTS" ;;
  *' up '*) exit "\${FAKE_UP:-0}" ;;
  'volume ls'*) echo "\${FAKE_VOLUMES:-}"; exit "\${FAKE_MISSING:-0}" ;;
  *' ps '*) printf 'api running healthy\\nkafka exited \\n' ;;
esac`;

let fakes: FakePrograms;
let envFile: string;
let portsFile: string;
let defaults: Record<string, string>;

beforeAll(async () => {
  fakes = await FakePrograms.create();
  await fakes.add('docker', DOCKER);
  envFile = path.join(fakes.folder, '.env');
  portsFile = path.join(fakes.folder, 'ports');
});
afterAll(async () => {
  await fakes.remove();
});

beforeEach(async () => {
  await fakes.forget();
  await writeFile(portsFile, '');
  const names = ['API', 'CONSUMER', 'POSTGRES', 'REDIS', 'QDRANT', 'KAFKA'].map((name) => `${name}_HOST_PORT`);
  const ports = await freePorts(names.length + 1);
  defaults = Object.fromEntries([...names, 'KAFKA_OUTSIDE_PORT'].map((name, index) => [name, String(ports[index])]));
  await writeEnv(defaults);
});

async function writeEnv(values: Readonly<Record<string, string>>): Promise<void> {
  await writeFile(
    envFile,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}

async function readEnv(): Promise<Record<string, string>> {
  const lines = (await readFile(envFile, 'utf8')).split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => [line.split('=')[0], line.split('=').slice(1).join('=')]));
}

function assign(args: readonly string[] = [], settings: Record<string, string> = {}): Promise<ScriptOutcome> {
  return runScript('scripts/assign_ports_and_start.sh', args, {
    fakes,
    settings: { SFM_ENV_FILE: envFile, FAKE_PORTS: portsFile, ...settings },
  });
}

async function occupy(port: string | undefined): Promise<Server> {
  const server = createServer().listen(Number(port), LOOPBACK);
  await once(server, 'listening');
  return server;
}

async function release(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

describe('assign_ports_and_start.sh', () => {
  it('builds, starts the profile, waits until it is healthy and says where it answers', async () => {
    const { status, output } = await assign();
    expect(status).toBe(0);
    const calls = (await fakes.calls()).filter((call) => / (build|up) /.test(`${call} `));
    const compose = `docker compose --env-file ${envFile} --profile core`;
    expect(calls).toEqual([`${compose} build`, `${compose} up --detach --wait --wait-timeout 600`]);
    expect(output).toContain(`http://localhost:${defaults['API_HOST_PORT']}`);
    expect(output).toContain(`localhost:${defaults['KAFKA_OUTSIDE_PORT']}`);
  });

  it('starts from .env.example with a token of its own that only the user can read', async () => {
    await rm(envFile);
    await assign(['--no-start'], defaults);
    const { SOMA_API_TOKEN: token, COMPOSE_PROFILES: profiles, ...rest } = await readEnv();
    expect(token).toMatch(/^[0-9a-f]{48}$/);
    expect(profiles).toBe('core');
    expect(rest).toMatchObject({ ...defaults, COMPOSE_PROJECT_NAME: 'somafractalmemory' });
    expect((await stat(envFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(envFile, 'utf8')).toContain('# Ports on 127.0.0.1.');
  });

  it('changes nothing the second time', async () => {
    await assign(['--no-start']);
    const first = await readEnv();
    await assign(['--no-start']);
    expect(await readEnv()).toEqual(first);
  });

  it('keeps what .env says beside the ports', async () => {
    await writeEnv({ ...defaults, SOMA_API_TOKEN: 'mine', GRAFANA_PASSWORD: 'a=b' });
    await assign(['--no-start']);
    expect(await readEnv()).toMatchObject({ ...defaults, SOMA_API_TOKEN: 'mine', GRAFANA_PASSWORD: 'a=b' });
    expect((await readEnv())['COMPOSE_PROJECT_NAME']).toBe('somafractalmemory');
  });

  it('replaces a port that another program holds', async () => {
    const other = await occupy(defaults['POSTGRES_HOST_PORT']);
    const { status, output } = await assign(['--no-start']);
    await release(other);
    expect(status).toBe(0);
    const { POSTGRES_HOST_PORT: port, ...rest } = await readEnv();
    expect(port).not.toBe(defaults['POSTGRES_HOST_PORT']);
    expect(Object.values(rest)).not.toContain(port);
    expect(output).toContain(`postgres: port ${defaults['POSTGRES_HOST_PORT']} is in use by another program`);
  });

  it('keeps a port that its own container holds', async () => {
    await writeFile(portsFile, `redis 127.0.0.1:${defaults['REDIS_HOST_PORT']}\n`);
    const ours = await occupy(defaults['REDIS_HOST_PORT']);
    await assign(['--no-start']);
    await release(ours);
    expect((await readEnv())['REDIS_HOST_PORT']).toBe(defaults['REDIS_HOST_PORT']);
  });

  it('gives two services two ports', async () => {
    await writeEnv({ ...defaults, KAFKA_HOST_PORT: defaults['REDIS_HOST_PORT'] ?? '' });
    await assign(['--no-start']);
    const { REDIS_HOST_PORT: redis, KAFKA_HOST_PORT: kafka } = await readEnv();
    expect(redis).toBe(defaults['REDIS_HOST_PORT']);
    expect(kafka).not.toBe(redis);
  });

  it('moves the api only when told so, and names the problem', async () => {
    const other = await occupy(defaults['API_HOST_PORT']);
    const refused = await assign();
    const [moved = 0] = await freePorts(1);
    const accepted = await assign(['--no-start'], { API_HOST_PORT: String(moved) });
    await release(other);
    expect(refused).toEqual({
      status: 1,
      output: expect.stringContaining(`port ${defaults['API_HOST_PORT']} is in use`),
    });
    expect(accepted.status).toBe(0);
    expect((await readEnv())['API_HOST_PORT']).toBe(String(moved));
  });

  it('names what did not become healthy', async () => {
    const { status, output } = await assign(['--no-build'], { FAKE_UP: '1' });
    expect(status).toBe(1);
    expect(output).toContain('kafka exited');
    expect(output).not.toContain('api running healthy');
  });

  it.each([[['--profile', 'everything']], [['--profile']], [['now']]])('refuses %j', async (args) => {
    expect((await assign(args)).status).toBe(2);
    expect(await fakes.calls()).toEqual([]);
  });
});

describe('start_stack.sh', () => {
  const start = (...args: string[]): Promise<ScriptOutcome> =>
    runScript('scripts/start_stack.sh', args, { fakes, settings: { FAKE_PORTS: portsFile } });

  it('starts the servers of the one mode, the broker on request', async () => {
    const up = 'docker compose --profile shared up --detach --wait --wait-timeout 600 postgres redis qdrant';
    expect((await start('evented_enterprise')).status).toBe(0);
    expect((await start('evented_enterprise', '--with-broker')).status).toBe(0);
    expect((await fakes.calls()).filter((call) => call.includes(' up '))).toEqual([up, `${up} kafka`]);
  });

  it.each([[[]], [['development']], [['evented_enterprise', 'on_demand']], [['evented_enterprise', '--fast']]])(
    'refuses %j with status 2 and starts nothing',
    async (args: string[]) => {
      expect((await start(...args)).status).toBe(2);
      expect(await fakes.calls()).toEqual([]);
    },
  );
});

describe('the compose targets', () => {
  it.each([
    ['compose-up', 'docker compose --profile core up --detach --wait api'],
    ['compose-consumer-up', 'docker compose --profile consumer up --detach --wait somafractalmemory_kube'],
    ['compose-consumer-down', 'docker compose --profile consumer rm --stop --force somafractalmemory_kube'],
    ['compose-down', 'docker compose --profile * down --remove-orphans'],
    ['compose-down-v', 'docker compose --profile * down --remove-orphans --volumes'],
    ['compose-ps', 'docker compose --profile * ps --all'],
    ['compose-restart', 'docker compose --profile * restart '],
    ['compose-build', 'docker compose --profile core build '],
  ])('%s runs %s', async (target, call) => {
    const { status, output } = await runScript('make', [target], { fakes, settings: { FAKE_PORTS: portsFile } });
    expect({ status, output }).toEqual({ status: 0, output: expect.any(String) });
    expect((await fakes.calls()).map((each) => each.trim())).toEqual(['docker compose version', call.trim()]);
  });

  it.each(['setup-dev', 'compose-up', 'compose-down', 'ci-verify'])(
    '%s names Compose when it is missing',
    async (target) => {
      const settings = { FAKE_PORTS: portsFile, SFM_ENV_FILE: envFile, FAKE_MISSING: '1' };
      const { status, output } = await runScript('make', [target], { fakes, settings });
      expect({ status, output }).toEqual({
        status: 2,
        output: expect.stringContaining('docker compose is not installed'),
      });
      expect(await fakes.calls()).toEqual(['docker compose version']);
    },
  );

  it('ci-verify starts, checks, backs up by the image alone, reads the backup again, and stops', async () => {
    const { output } = await runScript('make', ['--dry-run', 'ci-verify']);
    const steps = ['assign_ports_and_start.sh', 'verify_full_stack.sh --compose', ' api pg_dump --version'];
    const backup = ['soma backup create postgres', 'soma backup check postgres', ' down --remove-orphans'];
    const places = [...steps, ...backup].map((step) => output.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  it('clean-volumes does not take an engine that is away for one without volumes', async () => {
    const settings = { FAKE_PORTS: portsFile, FAKE_MISSING: '1' };
    const { status, output } = await runScript('make', ['clean-volumes'], { fakes, settings });
    expect(status).toBe(2);
    expect(output).not.toContain('there are no volumes');
  });

  it('clean-volumes removes the volumes of the project, when it has some', async () => {
    const settings = { FAKE_PORTS: portsFile };
    expect((await runScript('make', ['clean-volumes'], { fakes, settings })).output).toContain('there are no volumes');
    await fakes.forget();
    await runScript('make', ['clean-volumes'], { fakes, settings: { ...settings, FAKE_VOLUMES: 'a_data b_data' } });
    expect(await fakes.calls()).toEqual([
      'docker volume ls --quiet --filter label=com.docker.compose.project=somafractalmemory',
      'docker volume rm a_data b_data',
    ]);
  });

  it('runtime-build tags the image of the playbook', async () => {
    await runScript('make', ['runtime-build'], { fakes, settings: { FAKE_PORTS: portsFile } });
    expect((await fakes.calls()).join()).toMatch(
      /^docker build --file Dockerfile\.runtime --tag somafractalmemory-runtime:local .*VERSION=\d+\.\d+\.\d+ .* \.$/,
    );
  });
});
