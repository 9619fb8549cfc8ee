import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { describeWith } from '../services/availability.js';
import { checkTools, findCheckTool } from '../services/programs/check-tools.js';
import { REPOSITORY } from '../services/repository.js';
import { metricsIn, publishedMetrics } from './metric-names.js';
import { runScript, type ScriptOutcome } from './run-script.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const RULES = path.join(REPOSITORY, 'helm', 'files', 'alerts.yaml');
const DASHBOARDS = path.join(REPOSITORY, 'helm', 'files', 'dashboards');

async function readRules(): Promise<Rule[]> {
  const { groups } = parse(await readFile(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

async function readDashboards(): Promise<Dashboard[]> {
  const files = (await readdir(DASHBOARDS)).filter((file) => file.endsWith('.json'));
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(path.join(DASHBOARDS, file), 'utf8')) as Dashboard),
  );
}

const describePromtool = await describeWith([], checkTools('promtool'));

describePromtool('the alert rules, run by promtool', () => {
  let tests: string;
  beforeAll(async () => {
    tests = await readFile(path.join(REPOSITORY, 'test', 'deploy', 'alerts.test.yaml'), 'utf8');
  });

  const run = async (rules: string): Promise<ScriptOutcome> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-rules-'));
    try {
      await writeFile(path.join(folder, 'rules.yaml'), rules);
      await writeFile(path.join(folder, 'tests.yaml'), tests.replace('RULES', 'rules.yaml'));
      return await runScript(await findCheckTool('promtool'), ['test', 'rules', path.join(folder, 'tests.yaml')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('are correct, and fire when they should and no sooner', async () => {
    expect(await runScript(await findCheckTool('promtool'), ['check', 'rules', RULES])).toMatchObject({ status: 0 });
    expect(await run(await readFile(RULES, 'utf8'))).toMatchObject({ status: 0 });
  });

  it('are really tested: another threshold is noticed', async () => {
    const rules = (await readFile(RULES, 'utf8')).replace('> 0.05', '> 0.5');
    expect(await run(rules)).toEqual({ status: 1, output: expect.stringContaining('SomaAPIHighErrorRate') });
  });

  it('are tested one and all', async () => {
    for (const { alert } of await readRules()) expect(tests).toContain(`alertname: ${alert}`);
  });
});

describe('the alert rules', () => {
  it('contain the four that operators know', async () => {
    expect((await readRules()).map(({ alert }) => alert)).toEqual(
      expect.arrayContaining([
        'SomaAPIHighLatency',
        'SomaAPIHighErrorRate',
        'SomaConsumerProcessingFailures',
        'SomaConsumerStalled',
      ]),
    );
  });

  it('ask for metrics that somebody publishes, and only for those of this service', async () => {
    const published = await publishedMetrics();
    for (const { alert, expr } of await readRules()) {
      const unknown = metricsIn(expr).filter((name) => !published.has(name));
      expect({ alert, unknown }).toEqual({ alert, unknown: [] });
      for (const [, labels = ''] of expr.matchAll(/\w\{([^{}]*)\}/g))
        expect(labels).toMatch(/\.\*somafractalmemory|job="soma_backup"|job=~"\.\*soma-server-/);
    }
  });

  it('say how bad it is, what it is, and where to read on', async () => {
    for (const { alert, labels, annotations } of await readRules()) {
      expect(labels['severity']).toMatch(/^(critical|warning)$/);
      expect(annotations['summary']).toMatch(/\.$/);
      expect(annotations['description']).toMatch(/\{\{ (with )?\$/);
      expect(annotations['runbook_url']).toBe(`docs/runbooks/${alert}.md`);
      const page = path.join(REPOSITORY, 'docs', 'runbooks', `${alert}.md`);
      expect({ alert, hasPage: existsSync(page) }).toEqual({ alert, hasPage: true });
      const text = await readFile(page, 'utf8');
      for (const heading of [`# ${alert}`, '## What it means', '## Look', '## Do']) expect(text).toContain(heading);
    }
  });
});

describePromtool('the dashboards, read by promtool', () => {
  it('have expressions that Prometheus reads', async () => {
    const expressions = (await readDashboards()).flatMap(({ panels }) =>
      panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    );
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-panels-'));
    const file = path.join(folder, 'rules.yaml');
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const outcome = await runScript(await findCheckTool('promtool'), ['check', 'rules', '--lint=none', file]);
    await rm(folder, { recursive: true });
    expect(outcome).toMatchObject({ status: 0 });
  });
});

describe('the dashboards', () => {
  it('are those of service, pipeline and recall', async () => {
    expect((await readDashboards()).map(({ uid }) => uid).sort()).toEqual([
      'soma-pipeline',
      'soma-recall',
      'soma-service',
    ]);
  });

  it('show metrics that somebody publishes', async () => {
    const published = await publishedMetrics();
    for (const { title, panels } of await readDashboards()) {
      for (const { title: panel, targets } of panels) {
        const unknown = targets.flatMap(({ expr }) => metricsIn(expr)).filter((name) => !published.has(name));
        expect({ title, panel, unknown }).toEqual({ title, panel, unknown: [] });
      }
    }
  });

  it('have panels that do not lie on each other', async () => {
    for (const { panels } of await readDashboards()) {
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
    }
  });
});
