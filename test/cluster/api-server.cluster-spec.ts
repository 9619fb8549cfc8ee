import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  helm,
  INSTALLATION_NAMES,
  parseManifests,
  RELEASE,
  render,
  valueArguments,
  type Installation,
} from '../helm/chart.js';
import { podOf, type Manifest } from '../helm/manifest.js';
import { describeWith } from '../services/availability.js';
import { ApiServer, type KubernetesAnswer } from '../services/kubernetes/api-server.js';
import { findKubernetes } from '../services/kubernetes/kubernetes-programs.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { readdirSync, readFileSync } from 'node:fs';

const describeCluster = await describeWith([], { helm: findHelm, kubernetes: findKubernetes });
/** Kinds of operators, whose definitions a cluster has when the operator is there. */
const OPERATORS = /^(external-secrets\.io|keda\.sh|monitoring\.coreos\.com)\//;
const RAW = readdirSync(path.join(REPOSITORY, 'k8s')).filter((name) => name.endsWith('.yaml'));

const run = promisify(execFile);
/** The commit of the chart that was released last: the one whose immutable fields are kept. */
const released = async () =>
  (
    await run('git', ['log', '-1', '--format=%H', '--', 'helm/tests/immutable-fields.json'], { cwd: REPOSITORY })
  ).stdout.trim();

describeCluster('an API server of Kubernetes', () => {
  let server: ApiServer;
  const places = new Map<string, string>();

  beforeAll(async () => {
    server = await ApiServer.start();
  }, 3_600_000);
  afterAll(async () => {
    await server?.stop();
  });

  /** Where objects of a kind are, as the server tells it. */
  async function placeOf({ apiVersion, kind, metadata }: Manifest, namespace: string): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const key = `${apiVersion}/${kind}`;
    if (!places.has(key)) {
      const { body } = await server.ask({ path: root });
      const resources = (body['resources'] ?? []) as { name: string; kind: string; namespaced: boolean }[];
      const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
      if (!found) throw new Error(`the server knows no ${key}`);
      places.set(key, `${root}${found.namespaced ? '/namespaces/NAMESPACE' : ''}/${found.name}`);
    }
    return (places.get(key) ?? '').replace('NAMESPACE', metadata.namespace ?? namespace);
  }

  async function makeNamespace(name: string, level = 'privileged'): Promise<void> {
    const labels = { 'pod-security.kubernetes.io/enforce': level };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    expect((await server.ask({ method: 'POST', path: '/api/v1/namespaces', body })).status).toBe(201);
  }

  /** Server-side apply. @returns what it refuses and what it warns of, each with the object's name */
  async function apply(manifests: readonly Manifest[], namespace: string, query = ''): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const manifest of manifests) {
      if (OPERATORS.test(manifest.apiVersion)) continue;
      const own = manifest.metadata.namespace === RELEASE ? { ...manifest.metadata, namespace } : manifest.metadata;
      const object = { ...manifest, metadata: own };
      const place = `${await placeOf(object, namespace)}/${own.name}`;
      const answer = await server.ask({
        method: 'PATCH',
        path: `${place}?fieldManager=helm&fieldValidation=Strict${query}`,
        body: object,
        contentType: 'application/apply-patch+yaml',
      });
      problems.push(...problemsOf(answer).map((problem) => `${manifest.kind} ${own.name}: ${problem}`));
    }
    return problems;
  }

  const problemsOf = ({ status, body, warnings }: KubernetesAnswer): string[] => [
    ...(status < 300 ? [] : [`${status} ${String(body['message'])}`]),
    ...warnings,
  ];

  /** The chart as it was released last. */
  async function releasedObjects(installation: Installation): Promise<readonly Manifest[]> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sfm-released-'));
    try {
      await run('bash', ['-c', `git archive "$1" helm | tar -x -C "$2"`, 'bash', await released(), folder], {
        cwd: REPOSITORY,
      });
      const chart = path.join(folder, 'helm');
      const values = valueArguments(installation).map((word) => word.replace(path.join(REPOSITORY, 'helm'), chart));
      const { status, output } = await helm(
        'template',
        RELEASE,
        chart,
        '-n',
        RELEASE,
        ...values,
        '--kube-version',
        '1.31.0',
      );
      if (status !== 0) throw new Error(output);
      return parseManifests(output);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it.each(INSTALLATION_NAMES)('takes every object of %s, dry and for good, without a warning', async (installation) => {
    const namespace = installation.replaceAll('.', '-');
    await makeNamespace(namespace);
    const { manifests } = await render(installation);
    expect(await apply(manifests, namespace, '&dryRun=All')).toEqual([]);
    expect(await apply(manifests, namespace)).toEqual([]);
    // A second time nothing changes hands.
    expect(await apply(manifests, namespace)).toEqual([]);
    // Ports of the nodes are for one Service in the cluster.
    for (const service of manifests.filter(({ kind, spec }) => kind === 'Service' && spec?.type === 'NodePort')) {
      const path = `${await placeOf(service, namespace)}/${service.metadata.name}`;
      expect((await server.ask({ method: 'DELETE', path })).status).toBe(200);
    }
  });

  it.each(INSTALLATION_NAMES)(
    'lets every pod of %s run where the namespace enforces `restricted`',
    async (installation) => {
      const namespace = `restricted-${installation.replaceAll('.', '-')}`;
      await makeNamespace(namespace, 'restricted');
      const { manifests } = await render(installation);
      const problems: string[] = [];
      for (const manifest of manifests) {
        const spec = podOf(manifest);
        if (spec === undefined) continue;
        const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: manifest.metadata.name }, spec };
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
        problems.push(...problemsOf(await server.ask({ method: 'POST', path, body })));
      }
      expect(problems).toEqual([]);
    },
  );

  it('would refuse a pod that may become root, there', async () => {
    const spec = { containers: [{ name: 'a', image: 'b' }] };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec };
    await makeNamespace('restricted', 'restricted');
    const { status } = await server.ask({
      method: 'POST',
      path: '/api/v1/namespaces/restricted/pods?dryRun=All',
      body,
    });
    expect(status).toBe(403);
  });

  it.each(INSTALLATION_NAMES)('takes an upgrade of %s from the chart that was released last', async (installation) => {
    const namespace = `upgrade-${installation.replaceAll('.', '-')}`;
    await makeNamespace(namespace);
    expect((await apply(await releasedObjects(installation), namespace)).filter((each) => /: 4/.test(each))).toEqual(
      [],
    );
    const { manifests } = await render(installation);
    // Jobs of Helm's hooks are deleted before they are made anew.
    const kept = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
    expect(kept.length).toBeGreaterThan(3);
    expect(await apply(kept, namespace)).toEqual([]);
  });

  it('would refuse another selector of a Deployment that is there', async () => {
    const { manifests } = await render('values.yaml');
    const deployment = structuredClone(manifests.find(({ kind }) => kind === 'Deployment'));
    const labels = { matchLabels: { app: 'other' } };
    const changed = { ...deployment, spec: { ...deployment?.spec, selector: labels } } as Manifest;
    expect(await apply([changed], 'values-yaml')).toEqual([expect.stringMatching(/422 .*(immutable|match)/)]);
  });

  it('takes the raw manifests', async () => {
    for (const name of RAW) {
      const objects = parseManifests(readFileSync(path.join(REPOSITORY, 'k8s', name), 'utf8'));
      expect({ name, problems: await apply(objects, 'default') }).toEqual({ name, problems: [] });
    }
  });
});
