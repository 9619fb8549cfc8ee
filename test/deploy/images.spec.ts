import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { REPOSITORY } from '../services/repository.js';
import { findDebianPostgres } from '../services/postgres/system-postgres.js';
import { DockerContext } from './docker-context.js';
import { copyOf, finalStage, readDockerfile, textsOf } from './dockerfile.js';
import { runScript, type ScriptOutcome } from './run-script.js';

const files = ['Dockerfile', 'Dockerfile.runtime'];
const context = new DockerContext();

describe.each(files)('%s', (file) => {
  it('starts from one exact version of Node 24, pinned by its digest where Dependabot sees it', async () => {
    const { stages } = await readDockerfile(file);
    const [first] = stages;
    expect(first?.base).toMatch(/^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    const own = stages.filter(({ name }) => name !== 'postgres-programs');
    expect(new Set(own.map(({ base }) => base))).toEqual(new Set([first?.base]));
    const nodeVersion = (await readFile(path.join(REPOSITORY, '.nvmrc'), 'utf8')).trim();
    expect(first?.base).toMatch(new RegExp(`^node:${nodeVersion}\\.`));
  });

  it('has pg_dump of the PostgreSQL that Compose runs, from an image of the same Debian, and tries it', async () => {
    const dockerfile = await readDockerfile(file);
    const image = dockerfile.stages.find(({ name }) => name === 'postgres-programs')?.base;
    const compose = await readFile(path.join(REPOSITORY, 'docker-compose.yml'), 'utf8');
    const [, server] = /image: postgres:([\d.]+)@sha256:/m.exec(compose) ?? [];
    expect(image).toMatch(new RegExp(`^postgres:${server ?? '-'}-bookworm@sha256:[0-9a-f]{64}$`));
    const last = finalStage(dockerfile).instructions.map(({ name, text }) => `${name} ${text}`);
    const copied = last.indexOf('COPY --from=postgres-programs /programs/ /usr/local/');
    const tried = last.findIndex((step) => /^RUN ldconfig && pg_dump --version && pg_restore --version$/.test(step));
    expect(copied).toBeGreaterThan(0);
    expect(tried).toBeGreaterThan(copied);
  });

  it('copies only what is there, and what .dockerignore lets through', async () => {
    const { stages } = await readDockerfile(file);
    const copies = stages.flatMap((stage) => textsOf(stage, 'COPY').map(copyOf));
    expect(copies.length).toBeGreaterThan(0);
    for (const { from, sources } of copies) {
      if (from !== undefined) expect(stages.map(({ name }) => name)).toContain(from);
      else for (const source of sources) expect(existsSync(path.join(REPOSITORY, source))).toBe(true);
    }
    const used = stages.flatMap(
      (stage) =>
        textsOf(stage, 'RUN')
          .join(' ')
          .match(/docker\/[\w.-]+/g) ?? [],
    );
    for (const script of used) expect(context.includes(script)).toBe(true);
  });

  it('runs as user 10001 and ends with nothing that needs root', async () => {
    const stage = finalStage(await readDockerfile(file));
    expect(textsOf(stage, 'USER')).toEqual(['10001:10001']);
    const afterUser = stage.instructions.slice(stage.instructions.findIndex(({ name }) => name === 'USER'));
    expect(afterUser.filter(({ name, text }) => name === 'RUN' && /apt-get|useradd|chown/.test(text))).toEqual([]);
  });

  it('starts the api unless told otherwise, through scripts that exist and may be executed', async () => {
    const stage = finalStage(await readDockerfile(file));
    expect(textsOf(stage, 'CMD')).toEqual(['["api"]']);
    expect(textsOf(stage, 'ENTRYPOINT')).toEqual(['["docker/entrypoint.sh"]']);
    expect(textsOf(stage, 'HEALTHCHECK').join()).toMatch(/ CMD \["docker\/healthcheck\.sh"\]$/);
    expect(textsOf(stage, 'EXPOSE')).toEqual(['9595 50053 8001']);
    for (const script of ['docker/entrypoint.sh', 'docker/healthcheck.sh']) {
      expect(statSync(path.join(REPOSITORY, script)).mode & 0o111).toBe(0o111);
    }
  });

  it('has curl, for probes and for operators', async () => {
    expect(textsOf(finalStage(await readDockerfile(file)), 'RUN').join()).toMatch(/apt-get install .* curl/);
  });

  it('leaves no package lists of apt in a layer and upgrades nothing on its own', async () => {
    const { stages } = await readDockerfile(file);
    for (const run of stages.flatMap((stage) => textsOf(stage, 'RUN')).filter((text) => text.includes('apt-get'))) {
      expect(run).toMatch(/--no-install-recommends/);
      expect(run).toMatch(/rm -rf \/var\/lib\/apt\/lists\/\*/);
      expect(run).not.toMatch(/apt-get (dist-)?upgrade/);
    }
  });

  it('names no secret and adds nothing from the network by ADD', async () => {
    const { stages } = await readDockerfile(file);
    const all = stages.flatMap(({ instructions }) => instructions);
    expect(all.filter(({ name }) => name === 'ADD')).toEqual([]);
    const variables = all.filter(({ name }) => name === 'ENV' || name === 'ARG').map(({ text }) => text);
    expect(variables.filter((text) => /TOKEN|PASSWORD|SECRET|API_KEY/.test(text))).toEqual([]);
  });
});

describe('the runtime image', () => {
  it('says what it is in OCI labels', async () => {
    const labels = textsOf(finalStage(await readDockerfile('Dockerfile.runtime')), 'LABEL').join(' ');
    for (const name of ['title', 'description', 'licenses', 'source', 'version', 'revision', 'created']) {
      expect(labels).toContain(`org.opencontainers.image.${name}=`);
    }
  });

  it('has no package manager', async () => {
    const runs = textsOf(finalStage(await readDockerfile('Dockerfile.runtime')), 'RUN').join(' ');
    for (const program of ['/usr/local/lib/node_modules', '/usr/local/bin/npm', '/usr/local/bin/npx']) {
      expect(runs).toContain(program);
    }
  });
});

const describePostgres = await describeWith([], { postgresql: findDebianPostgres });

describePostgres('collect-postgres-programs.sh', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-programs-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const collect = async (version = ''): Promise<ScriptOutcome> =>
    runScript('sh', ['docker/collect-postgres-programs.sh', folder], { settings: { PG_MAJOR: version } });

  it('takes the programs and the library that Debian has in another version', async () => {
    const version = await findDebianPostgres();
    expect(await collect(version)).toEqual({ status: 0, output: '' });
    const files = await readdir(folder, { recursive: true });
    expect(files.toSorted()).toEqual(['bin', 'bin/pg_dump', 'bin/pg_restore', 'lib', 'lib/libpq.so.5']);
    const settings = { LD_LIBRARY_PATH: path.join(folder, 'lib') };
    for (const program of ['pg_dump', 'pg_restore']) {
      expect(await runScript(path.join(folder, 'bin', program), ['--version'], { settings })).toEqual({
        status: 0,
        output: expect.stringContaining(`(PostgreSQL) ${version}.`),
      });
    }
  });

  it('refuses to guess the version', async () => {
    expect(await collect()).toEqual({ status: 2, output: expect.stringContaining('PG_MAJOR is not set') });
    expect((await collect('1')).status).not.toBe(0);
  });
});

describe('.dockerignore', () => {
  it.each([
    '.git/HEAD',
    'node_modules/pg/index.js',
    'libs/cache/node_modules/ioredis/index.js',
    'apps/api/dist/main.js',
    'data/api-token',
    '.env',
    '.env.local',
    'helm/values.yaml',
    'libs/memory/tsconfig.tsbuildinfo',
  ])('leaves out %s', (file) => {
    expect(context.includes(file)).toBe(false);
  });

  it.each([
    'package-lock.json',
    'apps/api/src/main.ts',
    'schemas/memory.event.json',
    'docker/entrypoint.sh',
    '.env.example',
  ])('lets %s through', (file) => {
    expect(context.includes(file)).toBe(true);
  });
});
