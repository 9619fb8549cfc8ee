import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { CHART, helm, INSTALLATION_NAMES, parseManifests, RELEASE, render, valueArguments } from './chart.js';
import { immutableFields, refusals, type ImmutableFields } from './immutable-fields.js';

const describeHelm = await describeWith([], { helm: findHelm });
const file = path.join(CHART, 'tests', 'immutable-fields.json');
const baseline: Readonly<Record<string, ImmutableFields>> = JSON.parse(readFileSync(file, 'utf8'));

describeHelm('an upgrade from the released chart', () => {
  it.each(INSTALLATION_NAMES)('changes nothing with %s that Kubernetes refuses to change', async (installation) => {
    const { manifests } = await render(installation);
    const before = baseline[installation] ?? {};
    expect(Object.keys(before).length).toBeGreaterThan(2);
    expect(refusals(before, immutableFields(manifests))).toEqual([]);
  });

  it('may go from Kind to production', async () => {
    const { manifests } = await render('values-production.yaml');
    expect(refusals(baseline['values-kind.yaml'] ?? {}, immutableFields(manifests))).toEqual([]);
  });
});

describeHelm.each(INSTALLATION_NAMES)('a release with %s', (installation) => {
  /** The pods of the four servers, as a chart of that version makes them. */
  async function serverPods(chart: string, ...args: string[]): Promise<Record<string, unknown>> {
    const version = ['--kube-version', '1.31.0'];
    const { status, output } = await helm(
      ...['template', RELEASE, chart, '-n', RELEASE, ...valueArguments(installation), ...version, ...args],
    );
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
    const deployments = parseManifests(output).filter(({ kind, metadata }) => {
      return kind === 'Deployment' && /-(postgres|redis|qdrant|redpanda)$/.test(metadata.name);
    });
    return Object.fromEntries(deployments.map(({ metadata, spec }) => [metadata.name, spec?.template]));
  }

  it('restarts no server of the release, whatever the versions of chart and service', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-chart-'));
    try {
      const next = path.join(folder, 'chart');
      await cp(CHART, next, { recursive: true });
      const description = await readFile(path.join(next, 'Chart.yaml'), 'utf8');
      const versions = description.replaceAll(/^(version|appVersion): .*$/gm, '$1: 9.8.7');
      expect(versions.match(/9\.8\.7/g)).toHaveLength(2);
      await writeFile(path.join(next, 'Chart.yaml'), versions);
      const before = await serverPods(CHART);
      expect(Object.keys(before)).toHaveLength(installation === 'values-app-only.yaml' ? 0 : 4);
      const image = 'image.repository=registry.example.com/soma,image.tag=v9.8.7';
      expect(await serverPods(next, '--set', image)).toEqual(before);
      const digest = `image.digest=sha256:${'a'.repeat(64)},clusterName=elsewhere`;
      expect(await serverPods(next, '--set', digest)).toEqual(before);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeHelm('from the full stack to api and consumer alone, and back', () => {
  it('no claim of the development values is deleted with its data', async () => {
    const { manifests } = await render('values-dev-port9797.yaml');
    const claims = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims).toHaveLength(4);
    for (const { metadata } of claims) {
      expect(metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    }
  });

  it('nothing changes that Kubernetes refuses to change', async () => {
    const [full, apps] = [await render('values-dev-port9797.yaml'), await render('values-app-only.yaml')];
    const kept = full.ofKind('PersistentVolumeClaim');
    const before = immutableFields(full.manifests);
    expect(refusals(before, immutableFields([...apps.manifests, ...kept]))).toEqual([]);
    expect(refusals(immutableFields(apps.manifests), before)).toEqual([]);
  });
});

describe('what Kubernetes refuses', () => {
  const claim = (size: string) => ({ 'PersistentVolumeClaim/data': { size } });

  it('is a change of a field, but not a new object', () => {
    expect(refusals(claim('5Gi'), claim('5Gi'))).toEqual([]);
    expect(refusals({}, claim('5Gi'))).toEqual([]);
    expect(refusals(claim('5Gi'), claim('4Gi'))).toEqual(['PersistentVolumeClaim/data size: "5Gi" became "4Gi"']);
  });

  it('is the loss of a claim, but not of a Deployment', () => {
    expect(refusals(claim('5Gi'), {})).toEqual(['PersistentVolumeClaim/data is gone, with its data']);
    expect(refusals({ 'Deployment/x': { selector: {} } }, {})).toEqual([]);
  });
});
