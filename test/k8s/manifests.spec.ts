import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { KUBERNETES_VERSIONS, parseManifests, plainEnv, secretEnv } from '../helm/chart.js';
import { KubernetesSchemas } from '../helm/kubernetes-schemas.js';
import { containersOf, podOf, type Manifest } from '../helm/manifest.js';
import { REPOSITORY } from '../services/repository.js';

const FOLDER = path.join(REPOSITORY, 'k8s');
const FILES = [...yamlIn(''), ...yamlIn('tests')];
const MINIMAL = 'minimal-manifests.yaml';

function yamlIn(folder: string): string[] {
  const names = readdirSync(path.join(FOLDER, folder)).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => path.join(folder, name)).toSorted();
}

function read(file: string): Manifest[] {
  return parseManifests(readFileSync(path.join(FOLDER, file), 'utf8'));
}

const base = FILES.filter((file) => file !== MINIMAL && !file.startsWith('tests')).flatMap(read);
const minimal = read(MINIMAL);
const everything = FILES.flatMap(read);

function named(manifests: readonly Manifest[], kind: string): string[] {
  return manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
}

describe.each(KUBERNETES_VERSIONS)('Kubernetes %s', (version) => {
  const schemas = new KubernetesSchemas(version);
  it.each(FILES)('accepts %s', (file) => {
    const manifests = read(file);
    expect(manifests.length).toBeGreaterThan(0);
    expect(manifests.flatMap((manifest) => schemas.problems(manifest))).toEqual([]);
  });
});

describe('the raw manifests', () => {
  it('make the documented names in soma-dev', () => {
    expect(named(base, 'Namespace')).toEqual(['soma-dev']);
    expect(named(base, 'Deployment').toSorted()).toEqual([
      ...['kafka', 'postgres', 'qdrant', 'redis', 'somafractalmemory', 'somafractalmemory-consumer'],
    ]);
    expect(
      base.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'somafractalmemory')?.spec,
    ).toMatchObject({
      ports: [{ port: 9595 }, { port: 50053 }],
    });
  });

  it('keep data in the documented folders of the node', () => {
    for (const server of ['postgres', 'redis', 'qdrant']) {
      const volume = base.find(({ kind, metadata }) => {
        return kind === 'PersistentVolume' && metadata.name === `somafractalmemory-${server}`;
      });
      expect(volume?.spec).toMatchObject({
        claimRef: { namespace: 'soma-dev', name: `pvc-${server}` },
        hostPath: { path: `/var/lib/somafractalmemory/${server}` },
      });
      const deployment = base.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === server);
      expect(deployment?.spec?.template?.spec.volumes?.[0]?.persistentVolumeClaim).toEqual({
        claimName: `pvc-${server}`,
      });
    }
  });

  it('make the Services that SomaBrain expects in somabrain-dev', () => {
    const services = minimal
      .filter(({ kind }) => kind === 'Service')
      .map(({ metadata, spec }) => {
        return `${metadata.name}:${spec?.ports?.[0]?.port ?? ''}`;
      });
    expect(services.toSorted()).toEqual([
      ...['sb-kafka:9092', 'sb-opa:8181', 'sb-postgres:5432', 'sb-qdrant:6333', 'sb-redis:6379'],
      ...['somabrain:9696', 'somamemory-consumer:8001', 'somamemory:9595'],
    ]);
    const brain = minimal.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'somabrain');
    expect(plainEnv(podOf(brain ?? everything[0] ?? missing())?.containers[0] ?? missing())).toMatchObject({
      SOMA_KAFKA_URL: 'sb-kafka:9092',
      SOMABRAIN_OPA_URL: 'http://sb-opa:8181',
      SOMA_REDIS_URL: 'redis://sb-redis:6379/0',
      SOMABRAIN_MEMORY_HTTP_ENDPOINT: 'http://somamemory:9595',
    });
  });

  it('put every namespace before its contents, in the order in which kubectl reads files', () => {
    const known = new Set<string>();
    for (const { kind, metadata } of everything) {
      if (kind === 'Namespace') known.add(metadata.name);
      else if (kind !== 'PersistentVolume') expect(known).toContain(metadata.namespace);
    }
  });

  it('route every Service to one Deployment that opens its port', () => {
    for (const { kind, metadata, spec } of everything) {
      if (kind !== 'Service') continue;
      const deployments = everything.filter((candidate) => {
        const selected = JSON.stringify(candidate.spec?.selector) === JSON.stringify({ matchLabels: spec?.selector });
        return candidate.kind === 'Deployment' && candidate.metadata.namespace === metadata.namespace && selected;
      });
      expect(deployments.map((each) => each.metadata.name)).toEqual([metadata.name]);
      const open = deployments.flatMap((each) => podOf(each)?.containers ?? []).flatMap(({ ports }) => ports ?? []);
      for (const { targetPort } of spec?.ports ?? []) expect(open.map(({ name }) => name)).toContain(targetPort);
    }
  });

  it('give api and consumer an environment they start with', () => {
    const apps = everything.filter(({ metadata }) =>
      /^(somafractalmemory|somamemory)(-consumer)?$/.test(metadata.name),
    );
    const containers = apps.flatMap((app) => podOf(app)?.containers ?? []);
    expect(containers.map(({ name }) => name)).toEqual(['api', 'consumer', 'api', 'consumer']);
    for (const container of containers) {
      const secrets = { POSTGRES_URL: 'postgresql://a:b@c:5432/d', SOMA_API_TOKEN: 'token' };
      const { warnings, http } = loadConfig({ ...secrets, ...plainEnv(container) });
      // Probes come from outside the pod.
      expect(http.host).toBe('0.0.0.0');
      expect(warnings.filter(({ variable }) => variable !== 'SOMA_API_HOST')).toEqual([]);
      expect(container).toMatchObject({
        command: ['node', `apps/${container.name}/dist/main.js`],
        livenessProbe: { httpGet: { path: '/healthz' } },
        readinessProbe: { httpGet: { path: '/readyz' } },
        startupProbe: { httpGet: { path: '/healthz' } },
      });
    }
  });

  it('run our pods and servers without privileges', () => {
    for (const manifest of everything) {
      const pod = podOf(manifest);
      if (pod === undefined || manifest.metadata.name === 'somabrain') continue;
      expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
      for (const { name, securityContext, resources } of containersOf(pod)) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: name !== 'broker',
          capabilities: { drop: ['ALL'] },
        });
        expect(resources?.limits).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
      }
    }
  });

  it('run the releases of the servers that the tests run against', () => {
    const file = readFileSync(path.join(REPOSITORY, 'docker-compose.yml'), 'utf8');
    const compose: { services: Record<string, { image: string }> } = parse(file);
    const used = new Set(everything.flatMap((manifest) => podOf(manifest)?.containers ?? []).map(({ image }) => image));
    for (const server of ['postgres', 'redis', 'qdrant', 'kafka']) {
      expect(used).toContain(compose.services[`test_${server}`]?.image);
    }
  });

  it('let the service be a role of its own, which PostgreSQL makes by the scripts of the chart', () => {
    const urls = everything.flatMap(({ stringData }) => stringData?.['POSTGRES_URL'] ?? []);
    expect(urls.map((url) => new URL(url).username)).toEqual(['soma', 'soma']);
    expect(everything.flatMap(({ stringData }) => Object.keys(stringData ?? {}))).not.toContain('POSTGRES_PASSWORD');
    for (const name of ['postgres', 'sb-postgres']) {
      const pod = podOf(
        everything.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name) ?? missing(),
      );
      const container = pod?.containers[0] ?? missing();
      expect(container.command).toEqual(['bash', '/etc/soma/postgres/start-postgres.sh']);
      expect(secretEnv(container)).toEqual({ POSTGRES_URL: 'somafractalmemory-secrets/POSTGRES_URL' });
      expect(Object.keys(plainEnv(container)).filter((variable) => variable.startsWith('POSTGRES_'))).toEqual([
        'POSTGRES_INITDB_ARGS',
      ]);
      const mounts = container.volumeMounts
        ?.filter((mount) => mount.name === 'scripts')
        .map((mount) => mount.mountPath);
      expect(mounts).toEqual(['/etc/soma/postgres', '/docker-entrypoint-initdb.d/own-role.sh']);
      const map = everything.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `${name}-scripts`,
      )?.data;
      for (const script of ['own-role.sh', 'start-postgres.sh']) {
        expect(map?.[script]).toBe(readFileSync(path.join(REPOSITORY, 'helm', 'files', 'postgres', script), 'utf8'));
      }
    }
  });

  it('test the stack with the script of the chart', () => {
    const script = readFileSync(path.join(REPOSITORY, 'helm', 'files', 'scripts', 'smoke.mjs'), 'utf8');
    for (const file of yamlIn('tests')) {
      const map = read(file).find(({ kind }) => kind === 'ConfigMap');
      expect(map?.data?.['smoke.mjs']).toBe(script);
    }
  });
});

function missing(): never {
  throw new Error('there is no such object');
}
