import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { FULLNAME, INSTALLATION_NAMES, plainEnv, RELEASE, render, type Installation } from './chart.js';
import { containersOf, podOf } from './manifest.js';

const describeHelm = await describeWith([], { helm: findHelm });
const SERVERS = ['postgres', 'qdrant', 'redis', 'redpanda'];
const APPS = [FULLNAME, `${FULLNAME}-consumer`];
const FULL_STACK = [...APPS, ...SERVERS.map((server) => `${FULLNAME}-${server}`)];

const EXPECTED: Readonly<Record<Installation, { deployments: string[]; claims: string[] }>> = {
  'values.yaml': { deployments: FULL_STACK, claims: [] },
  'values-kind.yaml': { deployments: FULL_STACK, claims: [] },
  'values-production.yaml': { deployments: FULL_STACK, claims: ['50Gi', '200Gi', '20Gi', '200Gi'] },
  'values-app-only.yaml': { deployments: APPS, claims: [] },
  'values-dev-port9797.yaml': { deployments: FULL_STACK, claims: ['5Gi', '5Gi', '5Gi', '10Gi'] },
};

describeHelm.each(INSTALLATION_NAMES)('%s', (installation) => {
  it('makes exactly the documented pods and claims', async () => {
    const rendering = await render(installation);
    const { deployments, claims } = EXPECTED[installation];
    expect(rendering.names('Deployment')).toEqual(deployments);
    const suffixes = ['postgres-data', 'qdrant-storage', 'redis-data', 'redpanda-data'];
    const wanted = claims.map((size, index) => `${FULLNAME}-${suffixes[index] ?? ''} ${size}`);
    const found = rendering.ofKind('PersistentVolumeClaim').map(({ metadata, spec }) => {
      return `${metadata.name} ${spec?.resources?.requests.storage ?? ''}`;
    });
    expect(found.toSorted()).toEqual(wanted);
    const standing = ['StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod'].flatMap((kind) =>
      rendering.ofKind(kind).filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined),
    );
    expect(standing).toEqual([]);
  });

  it('labels every object and finds pods by labels that never change', async () => {
    for (const { kind, metadata, spec } of (await render(installation)).manifests) {
      const component = metadata.labels?.['app.kubernetes.io/component'];
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'somafractalmemory',
        'app.kubernetes.io/instance': RELEASE,
        'app.kubernetes.io/part-of': 'somafractalmemory',
      });
      expect(component).toMatch(/^(api|consumer|postgres|redis|qdrant|redpanda|backup|migration|test)$/);
      const podLabels = spec?.template?.metadata.labels ?? spec?.jobTemplate?.spec.template.metadata.labels;
      if (podLabels !== undefined) {
        expect(podLabels).toMatchObject({
          'app.kubernetes.io/name': 'somafractalmemory',
          'app.kubernetes.io/component': component,
        });
        // A version among them would restart the servers with every release.
        expect(Object.keys(podLabels)).not.toContain('helm.sh/chart');
      }
      if (kind === 'Deployment') {
        expect(spec?.selector).toEqual({
          matchLabels: {
            'app.kubernetes.io/name': 'somafractalmemory',
            'app.kubernetes.io/instance': RELEASE,
            'app.kubernetes.io/component': component,
          },
        });
      }
    }
  });

  it('runs nothing as root, with privileges or without limits', async () => {
    const pods = (await render(installation)).manifests.flatMap((manifest) => podOf(manifest) ?? []);
    expect(pods.length).toBeGreaterThan(1);
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const container of containersOf(pod)) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          privileged: false,
          capabilities: { drop: ['ALL'] },
          // The start script of the broker writes into its installation.
          readOnlyRootFilesystem: container.name !== 'broker',
        });
        expect(container.resources?.requests).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
        expect(container.resources?.limits).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
        expect(container.image).toMatch(/:[^:]+$|@sha256:/);
        expect(container.image).not.toMatch(/:latest$/);
      }
    }
  });

  it('probes api and consumer, and gives them longer to end than draining takes', async () => {
    const rendering = await render(installation);
    for (const [deployment, name, port] of [
      [FULLNAME, 'api', 'http'],
      [`${FULLNAME}-consumer`, 'consumer', 'metrics'],
    ] as const) {
      const container = rendering.container(deployment, name);
      const pod = rendering.get('Deployment', deployment).spec?.template?.spec;
      expect(container.command).toEqual(['node', `apps/${name}/dist/main.js`]);
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/healthz', port } },
        livenessProbe: { httpGet: { path: '/healthz', port } },
        readinessProbe: { httpGet: { path: '/readyz', port } },
        securityContext: { readOnlyRootFilesystem: true },
      });
      expect(pod?.securityContext?.runAsUser).toBe(10001);
      const drain = Number(plainEnv(container)['SOMA_SHUTDOWN_TIMEOUT_SECONDS']);
      const pause = Number(container.lifecycle?.preStop?.exec.command[1]);
      expect(drain).toBeGreaterThan(0);
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(drain + pause);
      expect(container.volumeMounts).toContainEqual({ name: 'tmp', mountPath: '/tmp' });
      expect(pod?.volumes?.find((volume) => volume.name === 'tmp')?.emptyDir?.medium).toBe('Memory');
    }
  });

  it('routes every Service to a port that a pod of its labels opens', async () => {
    const rendering = await render(installation);
    for (const { metadata, spec } of rendering.ofKind('Service')) {
      const deployment = rendering.ofKind('Deployment').find((candidate) => {
        return JSON.stringify(candidate.spec?.selector) === JSON.stringify({ matchLabels: spec?.selector });
      });
      const open = deployment?.spec?.template?.spec.containers.flatMap((container) => container.ports ?? []) ?? [];
      for (const { targetPort } of spec?.ports ?? []) {
        expect({ service: metadata.name, open: open.map((port) => port.name) }).toEqual({
          service: metadata.name,
          open: expect.arrayContaining([targetPort]),
        });
      }
    }
  });

  it('mounts only volumes that are declared, and uses all of them', async () => {
    const pods = (await render(installation)).manifests.flatMap((manifest) => podOf(manifest) ?? []);
    for (const pod of pods) {
      const mounted = containersOf(pod).flatMap((container) => container.volumeMounts ?? []);
      const used = new Set(mounted.map((mount) => mount.name));
      const unused = (pod.volumes ?? []).filter((volume) => !used.has(volume.name) && volume.name !== 'scripts');
      expect(unused).toEqual([]);
      for (const name of used) expect((pod.volumes ?? []).map((volume) => volume.name)).toContain(name);
    }
  });
});

describeHelm('the documents', () => {
  it('name Services and ports as the chart does', async () => {
    const rendering = await render('values.yaml');
    const ports = rendering.ofKind('Service').map(({ metadata, spec }) => {
      return `${metadata.name} ${(spec?.ports ?? []).map(({ port }) => port).join(',')}`;
    });
    expect(ports.toSorted()).toEqual([
      `${FULLNAME} 9595,50053`,
      `${FULLNAME}-consumer-metrics 8001`,
      `${FULLNAME}-postgres 5432`,
      `${FULLNAME}-qdrant 6333`,
      `${FULLNAME}-redis 6379`,
      `${FULLNAME}-redpanda 9092,19092`,
    ]);
  });

  it('reach the development release on node port 30797, 9797 in the cluster, and forward 9595 as any other', async () => {
    const { spec } = (await render('values-dev-port9797.yaml')).get('Service', FULLNAME);
    expect(spec).toMatchObject({
      type: 'NodePort',
      ports: [
        { name: 'http', port: 9797, targetPort: 'http', nodePort: 30797 },
        { name: 'http-9595', port: 9595, targetPort: 'http' },
        { name: 'grpc', port: 50053 },
      ],
    });
  });

  it('write their own values-kind.yaml over ours', async () => {
    const playbook = path.join(REPOSITORY, 'test', 'helm', 'playbook-values-kind.yaml');
    const rendering = await render('values.yaml', '--values', playbook);
    expect(rendering.names('Deployment')).toEqual(FULL_STACK);
    const api = rendering.container(FULLNAME, 'api');
    expect(api).toMatchObject({
      image: 'somafractalmemory-runtime:local',
      resources: { requests: { cpu: '300m', memory: '768Mi' } },
      livenessProbe: { initialDelaySeconds: 25, timeoutSeconds: 10 },
    });
    expect(rendering.container(`${FULLNAME}-consumer`, 'consumer').resources?.requests?.['memory']).toBe('640Mi');
  });

  it.each([
    ['values-app-only.yaml', 'v2.1.0', 'somatechlat/soma-memory-api:v2.1.0'],
    ['values-production.yaml', 'v2.1.0', 'somatechlat/soma-memory-api:v2.1.0'],
    ['values-dev-port9797.yaml', 'local', 'somafractalmemory-runtime:local'],
  ] as const)('set only the tag with %s', async (installation, tag, image) => {
    const rendering = await render(installation, '--set', `image.tag=${tag}`);
    expect(rendering.container(FULLNAME, 'api').image).toBe(image);
    expect(rendering.container(`${FULLNAME}-consumer`, 'consumer').image).toBe(image);
  });

  it.each(['values-app-only.yaml', 'values-production.yaml'] as const)(
    'take the release of the chart with %s',
    async (file) => {
      const { version }: { version: string } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
      const { image } = (await render(file)).container(FULLNAME, 'api');
      expect(image).toBe(`somatechlat/soma-memory-api:v${version}`);
    },
  );

  it('install the chart without values from the tag that they build', async () => {
    expect((await render('values.yaml')).container(FULLNAME, 'api').image).toBe(
      'somatechlat/soma-memory-api:dev-local-20251002',
    );
  });

  it.each(['apache/kafka', 'redpandadata/redpanda'])('replace arguments that are there, with %s', async (image) => {
    const rendering = await render('values.yaml', '--set', `redpanda.image.repository=${image}`);
    const [first] = rendering.get('Deployment', `${FULLNAME}-redpanda`).spec?.template?.spec.containers ?? [];
    // `op: replace` wants them; those of Kafka mean nothing: test/helm/server-tls.spec.ts.
    expect(first).toMatchObject({ name: 'broker', args: expect.arrayContaining([expect.any(String)]) });
  });

  it('run curl in the pod of Qdrant: in the container that kubectl exec picks', async () => {
    const rendering = await render('values.yaml');
    const { template } = rendering.get('Deployment', `${FULLNAME}-qdrant`).spec ?? {};
    expect(template?.metadata.annotations).toEqual({ 'kubectl.kubernetes.io/default-container': 'tools' });
    expect(rendering.container(`${FULLNAME}-qdrant`, 'tools').image).toMatch(/^curlimages\/curl:/);
  });

  it('open the port that env.UVICORN_PORT names', async () => {
    const rendering = await render('values.yaml', '--set', 'env.UVICORN_PORT=9600');
    const api = rendering.container(FULLNAME, 'api');
    expect(api.ports).toContainEqual({ name: 'http', containerPort: 9600 });
    expect(plainEnv(api)).toMatchObject({ UVICORN_PORT: '9600' });
    expect(plainEnv(api)).not.toHaveProperty('SOMA_API_PORT');
  });
});

describeHelm('the servers of the chart', () => {
  it('are the releases that the tests run against', async () => {
    const file = readFileSync(path.join(REPOSITORY, 'docker-compose.yml'), 'utf8');
    const compose: { services: Record<string, { image: string }> } = parse(file);
    const rendering = await render('values.yaml');
    for (const [server, container, service] of [
      ['postgres', 'postgres', 'test_postgres'],
      ['redis', 'redis', 'test_redis'],
      ['qdrant', 'qdrant', 'test_qdrant'],
      ['redpanda', 'broker', 'test_kafka'],
    ] as const) {
      expect(rendering.container(`${FULLNAME}-${server}`, container).image).toBe(compose.services[service]?.image);
    }
  });

  it('never run twice on one volume', async () => {
    const rendering = await render('values-production.yaml');
    for (const server of SERVERS) {
      const { spec } = rendering.get('Deployment', `${FULLNAME}-${server}`);
      expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
      expect(spec?.template?.spec.volumes?.[0]?.persistentVolumeClaim?.claimName).toMatch(new RegExp(`-${server}-`));
    }
  });

  it('take the storage classes they are given', async () => {
    const settings = SERVERS.flatMap((server) => ['--set', `${server}.persistence.storageClass=standard`]);
    const claims = (await render('values-production.yaml', ...settings)).ofKind('PersistentVolumeClaim');
    expect(claims.map(({ spec }) => spec?.storageClassName)).toEqual(SERVERS.map(() => 'standard'));
  });

  it('include a Redpanda that stays reachable when its arguments are replaced', async () => {
    const redpanda = 'redpanda.image.repository=redpandadata/redpanda,redpanda.image.tag=v25.2.9';
    const rendering = await render('values.yaml', '--set', redpanda);
    const broker = rendering.container(`${FULLNAME}-redpanda`, 'broker');
    expect(broker.args?.slice(0, 2)).toEqual(['redpanda', 'start']);
    expect(plainEnv(broker)).toMatchObject({
      REDPANDA_KAFKA_ADDRESS: 'inside://0.0.0.0:9092,outside://0.0.0.0:19092',
      REDPANDA_ADVERTISE_KAFKA_ADDRESS: `inside://${FULLNAME}-redpanda.${RELEASE}.svc.cluster.local:9092,outside://127.0.0.1:19092`,
    });
    const { spec } = rendering.get('Service', `${FULLNAME}-redpanda`);
    expect(spec?.ports?.map(({ port }) => port)).toEqual([9092, 19092, 9644]);
  });
});

describeHelm('switches', () => {
  it('serve gRPC on container, Service and NetworkPolicy, or nowhere', async () => {
    const off = await render('values.yaml', '--set', 'grpc.enabled=false');
    expect(JSON.stringify(off.manifests)).not.toContain('50053');
    expect(plainEnv(off.container(FULLNAME, 'api'))).toMatchObject({ SOMA_GRPC_ENABLED: 'false' });
    const on = await render('values.yaml', '--set', 'networkPolicy.enabled=true');
    expect(on.container(FULLNAME, 'api').ports).toContainEqual({ name: 'grpc', containerPort: 50053 });
    expect(on.get('Service', FULLNAME).spec?.ports).toContainEqual(
      expect.objectContaining({ name: 'grpc', port: 50053 }),
    );
    expect(plainEnv(on.container(FULLNAME, 'api'))).toMatchObject({
      SOMA_GRPC_ENABLED: 'true',
      SOMA_GRPC_PORT: '50053',
    });
    expect(JSON.stringify(on.get('NetworkPolicy', FULLNAME).spec)).toContain('{"port":50053,"protocol":"TCP"}');
  });

  it('ask gRPC whether an api is ready, on request and where that can be asked', async () => {
    const asked = ['--set', 'grpc.readinessProbe=true', '--set', 'grpc.port=50060'];
    const api = (await render('values-production.yaml', ...asked)).container(FULLNAME, 'api');
    expect(api.readinessProbe).toMatchObject({ grpc: { port: 50060 }, periodSeconds: expect.any(Number) });
    expect(api.readinessProbe).not.toHaveProperty('httpGet');
    expect(api.livenessProbe?.httpGet?.path).toBe('/healthz');
    const off = await render('values.yaml', ...asked, '--set', 'grpc.enabled=false');
    expect(off.container(FULLNAME, 'api').readinessProbe?.httpGet?.path).toBe('/readyz');
    const tls = ['--set', 'env.SOMA_GRPC_TLS_CERT=/tls.crt'];
    await expect(render('values.yaml', ...asked, ...tls)).rejects.toThrow(/grpc\.readinessProbe cannot ask/);
  });

  it('run migrations after the pods where the release brings database or Secret, else before', async () => {
    const hooks = async (installation: Installation, ...args: string[]): Promise<string | undefined> => {
      const job = (await render(installation, ...args)).get('Job', `${FULLNAME}-migrate`);
      expect(podOf(job)?.containers[0]?.command?.at(-1)).toContain('node apps/cli/dist/main.js db upgrade');
      return job.metadata.annotations?.['helm.sh/hook'];
    };
    expect(await hooks('values.yaml')).toBe('post-install,post-upgrade');
    expect(await hooks('values-production.yaml')).toBe('post-install,post-upgrade');
    expect(await hooks('values-app-only.yaml')).toBe('post-install,post-upgrade');
    expect(await hooks('values-production.yaml', '--set', 'postgres.enabled=false')).toBe('pre-install,pre-upgrade');
    expect(await hooks('values-app-only.yaml', '--set', 'secret.existingSecret=mine')).toBe('pre-install,pre-upgrade');
  });

  it('test the installation on request', async () => {
    const pod = (await render('values.yaml')).get('Pod', `${FULLNAME}-test`);
    expect(pod.metadata.annotations?.['helm.sh/hook']).toBe('test');
    // With its logs where it failed; else the release has the pods it is documented with.
    expect(pod.metadata.annotations?.['helm.sh/hook-delete-policy']).toBe('before-hook-creation,hook-succeeded');
    expect(pod.spec).toMatchObject({
      containers: [{ args: [`http://${FULLNAME}:9595`, `http://${FULLNAME}-consumer-metrics:8001`] }],
    });
  });
});
