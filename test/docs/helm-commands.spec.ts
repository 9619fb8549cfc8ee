import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { helm } from '../helm/chart.js';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { allPages, codeOf } from './markdown.js';

const describeHelm = await describeWith([], { helm: findHelm });

/** Those of the operators' documents, as they are typed there. */
const PRODUCTION = 'helm upgrade --install soma-memory ./helm -n soma-memory --values helm/values-production.yaml';
const classes = (names: string) => names.split(' ').map((name) => `--set ${name}.persistence.storageClass=standard`);
const on = ['postgres', 'qdrant', 'redis', 'redpanda'].map((name) => `--set ${name}.persistence.enabled=true`);
const OPERATORS = [
  'helm upgrade --install soma-memory ./helm --values helm/values.yaml --values helm/values-kind.yaml --wait --timeout=600s',
  `helm upgrade soma-memory ./helm -f helm/values.yaml -f helm/values-production.yaml ${on.join(' ')} --wait`,
  'helm upgrade --install soma-memory ./helm --create-namespace --wait --timeout=600s',
  'helm upgrade --install soma-memory ./helm --set image.repository=somatechlat/soma-memory-api --set image.tag=v2.1.0 --set image.pullPolicy=IfNotPresent',
  `${PRODUCTION} ${classes('postgres qdrant redis redpanda').join(' ')} --wait --timeout=600s`,
  `${PRODUCTION} ${classes('postgres qdrant redpanda').join(' ')} --wait`,
  `${PRODUCTION} --set image.tag=v2.1.0 --wait`,
  `${PRODUCTION} --set env.EVENTING_ENABLED=true`,
  'helm upgrade --install soma-memory ./helm --values helm/values-app-only.yaml --set image.tag=v2.1.0 --wait',
  'helm upgrade --install soma-memory ./helm --values helm/values-dev-port9797.yaml --set image.tag=local --wait',
].map((line) => ['operators', line] as const);

/** Every `helm upgrade` of the documents, on one line, without comments and prompts. */
const commands = allPages().flatMap((page) =>
  codeOf(page)
    .flatMap((code) => code.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/\s# .*$/, '').trim())
    .filter((line) => /^helm upgrade .*\.\/helm\b/.test(line))
    .map((line) => [page.name, line] as const),
);

/** What an operator has changed, and must find again after every command of the documents. */
const OWN = `image: { tag: v7.7.7 }\nservice: { annotations: { mine: kept } }
${['postgres', 'qdrant', 'redis', 'redpanda'].map((name) => `${name}: { persistence: { storageClass: mine } }`).join('\n')}`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sfm-values-'));
  await writeFile(path.join(folder, 'my-values.yaml'), OWN);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What decides what is rendered: files and values. The rest says how long to wait, and where. */
function renderArguments(line: string): string[] {
  const words = line.split(/\s+/);
  return words.flatMap((word, index) => {
    const next = words[index + 1] ?? '';
    if (word === '--values' || word === '-f') {
      return ['--values', path.join(next === 'my-values.yaml' ? folder : REPOSITORY, next)];
    }
    return word === '--set' ? ['--set', next.replaceAll(/^'|'$/g, '')] : [];
  });
}

describeHelm('helm upgrade in the documents', () => {
  it('is there', () => {
    expect(commands.length).toBeGreaterThan(6);
  });

  it.each([...OPERATORS, ...commands])('%s: %s', async (_, line) => {
    const { status, output } = await helm(
      'template',
      'soma-memory',
      './helm',
      '-n',
      'soma-memory',
      ...renderArguments(line),
    );
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('kind: Deployment') });
  });

  // That page repeats what operators typed before, with values of their own.
  const advised = commands.filter(([name]) => name !== 'docs/operator-commands.md');
  it.each(advised.filter(([, line]) => line.includes('values-production.yaml')))(
    'leaves the image and the storage classes of the operator as they are, in %s: %s',
    async (_, line) => {
      const { output } = await helm('template', 'soma-memory', './helm', ...renderArguments(line));
      expect(output).toContain('soma-memory-api:v7.7.7');
      expect(output).toContain('mine: kept');
      // Servers that an operator runs have their volumes from it.
      const elsewhere = line.match(/--values helm\/examples\//g) ?? [];
      expect(output.match(/storageClassName: mine/g)).toHaveLength(4 - elsewhere.length);
    },
  );
});
