import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { describeWith } from '../services/availability.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { runScript } from './run-script.js';

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface ImageValues {
  readonly image: { readonly repository: string; readonly tag: string };
}

const FOLDER = path.join('.github', 'workflows');
const FILES = readdirSync(path.join(REPOSITORY, FOLDER)).map((name) => path.join(FOLDER, name));

function read(file: string): Workflow {
  return parse(readFileSync(path.join(REPOSITORY, file), 'utf8')) as Workflow;
}

const describeActionlint = await describeWith([], checkTools('actionlint', 'shellcheck'));

describeActionlint('actionlint', () => {
  const lint = async (...files: string[]) => {
    const [actionlint, shellcheck] = await Promise.all([findCheckTool('actionlint'), findCheckTool('shellcheck')]);
    return runScript(actionlint, ['-no-color', '-shellcheck', shellcheck, '-pyflakes', '', ...files]);
  };

  it('finds nothing in any workflow, and neither does shellcheck in their scripts', async () => {
    expect(await lint(...FILES)).toEqual({ status: 0, output: '' });
  });

  it('would find a mistake', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-workflow-'));
    const file = path.join(folder, 'bad.yml');
    await writeFile(file, 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo $UNSAID\n');
    const { status, output } = await lint(file);
    await rm(folder, { recursive: true });
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('SC2086') });
  });
});

describe('the workflows', () => {
  it('test, build images, release, review dependencies and analyse the code', () => {
    expect(FILES.map((file) => path.basename(file)).sort()).toEqual([
      'ci.yml',
      'codeql.yml',
      'dependency-review.yml',
      'images.yml',
      'release.yml',
    ]);
  });

  it.each(FILES)('%s may only read, except where a job says more', (file) => {
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(Object.values(job.permissions ?? {})).not.toContain('write-all');
  });

  it.each(FILES)('%s bounds every job', (file) => {
    for (const [name, job] of Object.entries(read(file).jobs)) {
      expect({ name, bounded: (job['timeout-minutes'] ?? 0) > 0 }).toEqual({ name, bounded: true });
    }
  });

  it.each(FILES)('%s uses actions by their commit, and leaves no credentials in the checkout', (file) => {
    for (const { uses, with: inputs } of Object.values(read(file).jobs).flatMap(({ steps }) => steps)) {
      if (uses === undefined) continue;
      expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      // For people, and for Dependabot, which renews both.
      expect(readFileSync(path.join(REPOSITORY, file), 'utf8')).toMatch(
        new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+$`, 'm'),
      );
      if (uses.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('release with provenance and a list of what is inside', () => {
    const build = Object.values(read(path.join(FOLDER, 'release.yml')).jobs)
      .flatMap(({ steps }) => steps)
      .find(({ uses }) => uses?.startsWith('docker/build-push-action@'));
    expect(build?.with).toMatchObject({ provenance: 'mode=max', sbom: true, file: 'Dockerfile.runtime' });
  });

  it('release under the name and the version that the chart installs', async () => {
    const release = read(path.join(FOLDER, 'release.yml'));
    const steps = Object.values(release.jobs).flatMap((job) => job.steps);
    const metadata = steps.find(({ uses }) => uses?.startsWith('docker/metadata-action@'));
    expect(metadata?.with).toMatchObject({ images: '${{ env.IMAGE }}' });
    expect(metadata?.with?.['tags']).toContain('type=semver,pattern=v{{version}}\n');
    const service: { version: string } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
    const published = `${release.env?.['IMAGE'] ?? ''}:v${service.version}`;
    const named = (file: string) => parse(readFileSync(path.join(REPOSITORY, 'helm', file), 'utf8')) as ImageValues;
    const chart: { appVersion: string } = parse(readFileSync(path.join(REPOSITORY, 'helm', 'Chart.yaml'), 'utf8'));
    for (const file of ['values-production.yaml', 'values-app-only.yaml']) {
      const { repository, tag } = named(file).image;
      expect(`${repository}:${tag === '' ? `v${chart.appVersion}` : tag}`).toBe(published);
    }
    expect(named('values.yaml').image.repository).toBe(release.env?.['IMAGE']);
  });

  it('refuse a package of the service with a known grave weakness, on every change and every week', () => {
    const ci = read(path.join(FOLDER, 'ci.yml'));
    const commands = Object.values(ci.jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
    expect(commands).toContain('npm audit --omit=dev --audit-level=high');
    expect(ci.on).toMatchObject({ pull_request: null, schedule: [{ cron: expect.any(String) }] });
  });

  it('look for known weaknesses in every image, on every change and every week', () => {
    const images = read(path.join(FOLDER, 'images.yml'));
    const commands = images.jobs['scan']?.steps.flatMap(({ run = [] }) => run);
    expect(commands).toEqual(['make runtime-build', 'make scan']);
    expect(images.on).toMatchObject({ pull_request: null, schedule: [{ cron: expect.any(String) }] });
  });

  it('run Compose and a cluster for real, and upload their logs whatever comes out', () => {
    const { jobs } = read(path.join(FOLDER, 'images.yml'));
    const ran = (name: string) => jobs[name]?.steps.flatMap(({ run = [] }) => run) ?? [];
    expect(ran('compose')).toEqual(['make ci-verify LOGS=logs', 'scripts/collect_logs.sh compose logs']);
    expect(ran('cluster')).toEqual([
      ...['make setup-dev-k8s', 'make ci-verify-k8s', 'helm test soma-memory --namespace soma-memory --logs'],
      'scripts/collect_logs.sh cluster logs',
    ]);
    expect(ran('api-server')).toEqual(['make k8s-api-test']);
    expect(jobs['api-server']?.steps[0]?.with).toMatchObject({ 'fetch-depth': 0 });
    for (const name of ['compose', 'cluster']) {
      const upload = jobs[name]?.steps.at(-1);
      expect(upload).toMatchObject({ if: 'always()', with: { path: 'logs', name: `logs-${name}` } });
      expect(upload?.uses).toMatch(/^actions\/upload-artifact@/);
    }
  });

  it('test on the Node versions that the service runs on, and publish with the one of the images', () => {
    const { jobs } = read(path.join(FOLDER, 'ci.yml')) as Workflow & {
      jobs: { test: { strategy: { matrix: { node: number[] } } } };
    };
    expect(jobs.test.strategy.matrix.node).toEqual([20, 22, 24]);
  });
});

describe('the configuration of Dependabot', () => {
  it('covers everything that is pinned', () => {
    const { updates } = parse(readFileSync(path.join(REPOSITORY, '.github', 'dependabot.yml'), 'utf8')) as {
      updates: ({ 'package-ecosystem': string } & ({ directory: string } | { directories: string[] }))[];
    };
    const covered = updates.flatMap((update) => {
      const folders = 'directories' in update ? update.directories : [update.directory];
      return folders.map((folder) => `${update['package-ecosystem']} ${folder}`);
    });
    expect(covered).toEqual([
      ...['npm /', 'github-actions /', 'docker /', 'docker /k8s', 'docker-compose /', 'helm /helm'],
      ...['maven /test/services/kafka', 'pip /docs'],
    ]);
    for (const folder of covered.map((each) => each.split(' ')[1] ?? '')) {
      expect(existsSync(path.join(REPOSITORY, folder))).toBe(true);
    }
  });

  it('moves the versions of the servers together, because the tests want one of each', () => {
    const { updates, 'multi-ecosystem-groups': groups } = parse(
      readFileSync(path.join(REPOSITORY, '.github', 'dependabot.yml'), 'utf8'),
    ) as {
      'multi-ecosystem-groups': Record<string, { schedule: object }>;
      updates: { 'package-ecosystem': string; patterns?: string[]; 'multi-ecosystem-group'?: string }[];
    };
    expect(Object.keys(groups)).toEqual(['images']);
    const together = updates.filter(({ 'multi-ecosystem-group': group }) => group === 'images');
    expect(together.map((update) => update['package-ecosystem'])).toEqual(['docker', 'docker-compose', 'helm']);
    for (const { patterns } of together) expect(patterns).toEqual(['*']);
  });
});

describe('release-notes.mjs', () => {
  const notes = async (version: string, changelog: string, packaged = version) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-notes-'));
    await writeFile(path.join(folder, 'CHANGELOG.md'), changelog);
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ version: packaged }));
    const files = ['--changelog', path.join(folder, 'CHANGELOG.md'), '--package', path.join(folder, 'package.json')];
    const outcome = await runScript(process.execPath, ['scripts/release-notes.mjs', version, ...files]);
    await rm(folder, { recursive: true });
    return outcome;
  };
  const CHANGELOG =
    '# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.0] - 2026-01-01\n\n- now\n\n## [1.1.0]\n\n- then\n';

  it('prints the section of the version, and only that', async () => {
    expect(await notes('1.2.0', CHANGELOG)).toEqual({ status: 0, output: '- now\n' });
  });

  it('refuses a version that nothing is said about, another one than package.json has, and what is no version', async () => {
    expect((await notes('1.3.0', CHANGELOG)).status).toBe(1);
    expect((await notes('1.2.0', CHANGELOG, '1.1.0')).status).toBe(1);
    expect((await notes('next', CHANGELOG)).status).toBe(2);
  });
});
