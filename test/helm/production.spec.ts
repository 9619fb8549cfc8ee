import { expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { describeWith } from '../services/availability.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { CHART, FULLNAME, plainEnv, render, secretEnv, template } from './chart.js';
import { podOf, type Manifest } from './manifest.js';

const describeHelm = await describeWith([], { helm: findHelm });
interface OpenApi {
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { security?: readonly object[] }>>>>;
}
const APPS = [FULLNAME, `${FULLNAME}-consumer`];
/** What a vault holds besides the token. */
const VAULT: Readonly<Record<string, string>> = {
  POSTGRES_URL: 'postgresql://a:b@c/d',
  REDIS_URL: 'redis://r:6379/0',
  QDRANT_URL: 'http://q:6333',
  KAFKA_BOOTSTRAP_SERVERS: 'k:9092',
  REDIS_PASSWORD: 'secret',
  QDRANT_API_KEY: 'secret',
  KAFKA_SASL_USERNAME: 'secret',
  KAFKA_SASL_PASSWORD: 'secret',
};
const ADDRESSES = ['POSTGRES_URL', 'REDIS_URL', 'QDRANT_URL', 'KAFKA_BOOTSTRAP_SERVERS'];
const TLS = ['postgres', 'kafka', 'qdrant'];

describeHelm('production', () => {
  it('scales api and consumer, and leaves their count to the scaler', async () => {
    const rendering = await render('values-production.yaml');
    expect(rendering.names('HorizontalPodAutoscaler')).toEqual(APPS);
    for (const name of APPS) {
      expect(rendering.get('HorizontalPodAutoscaler', name).spec).toMatchObject({
        scaleTargetRef: { name },
        minReplicas: 2,
      });
      expect(rendering.get('Deployment', name).spec).not.toHaveProperty('replicas');
    }
  });

  it('scales the consumer by lag instead, on request', async () => {
    const keda = 'hpa.consumer.enabled=false,keda.enabled=true';
    const rendering = await render('values-production.yaml', '--set', keda);
    expect(rendering.names('HorizontalPodAutoscaler')).toEqual([FULLNAME]);
    const { spec } = rendering.get('ScaledObject', `${FULLNAME}-consumer`);
    expect(spec).toMatchObject({ scaleTargetRef: { name: `${FULLNAME}-consumer` } });
    expect(spec?.triggers).toEqual([
      {
        type: 'kafka',
        metadata: {
          bootstrapServers: `${FULLNAME}-redpanda.soma-memory.svc.cluster.local:9092`,
          consumerGroup: 'soma-consumer-group',
          topic: 'memory.events',
          lagThreshold: '500',
          offsetResetPolicy: 'earliest',
          sasl: 'plaintext',
        },
        authenticationRef: { name: `${FULLNAME}-kafka` },
      },
    ]);
    expect(rendering.names('TriggerAuthentication')).toEqual([`${FULLNAME}-kafka`]);
    expect(rendering.get('Deployment', `${FULLNAME}-consumer`).spec).not.toHaveProperty('replicas');
  });

  it('asks for the brokers that KEDA cannot know', async () => {
    const keda = 'hpa.consumer.enabled=false,keda.enabled=true,redpanda.enabled=false';
    expect((await template('values-production.yaml', '--set', keda)).output).toContain('keda.bootstrapServers');
  });

  it('spreads pods over zones and nodes, and lets maintenance take one at a time', async () => {
    const rendering = await render('values-production.yaml');
    expect(rendering.names('PodDisruptionBudget')).toEqual(APPS);
    for (const name of APPS) {
      const { spec } = rendering.get('Deployment', name);
      expect(spec?.template?.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
        'topology.kubernetes.io/zone',
        'kubernetes.io/hostname',
      ]);
      expect(rendering.get('PodDisruptionBudget', name).spec?.selector).toEqual(spec?.selector);
    }
  });

  it('restarts pods when their Secret changes', async () => {
    const rendering = await render('values-production.yaml');
    const annotation = { 'reloader.stakater.com/auto': 'true' };
    for (const name of APPS) {
      const { metadata, spec } = rendering.get('Deployment', name);
      expect(metadata.annotations).toMatchObject(annotation);
      expect(spec?.template?.metadata.annotations).toMatchObject(annotation);
    }
  });

  it('mounts certificates where the settings look for them', async () => {
    const rendering = await render('values-production.yaml');
    for (const name of APPS) {
      const pod = rendering.get('Deployment', name).spec?.template?.spec;
      for (const server of TLS) {
        const secret = { secretName: `soma-memory-${server}-tls`, optional: true };
        expect(pod?.volumes).toContainEqual({ name: `tls-${server}`, secret });
        expect(pod?.containers[0]?.volumeMounts).toContainEqual({
          name: `tls-${server}`,
          mountPath: `/etc/soma/tls/${server}`,
          readOnly: true,
        });
      }
    }
  });

  it('refuses traffic that nobody named', async () => {
    const { spec } = (await render('values-production.yaml')).get('NetworkPolicy', FULLNAME);
    expect(spec?.policyTypes).toEqual(['Ingress', 'Egress']);
    // A rule without peers would admit everybody.
    for (const rule of spec?.ingress ?? []) expect(rule).toHaveProperty('from');
    for (const rule of spec?.egress ?? []) expect(Object.keys(Object(rule)).length).toBeGreaterThan(0);
  });

  it('serves HTTPS under the certificate soma-api-tls', async () => {
    const { spec } = (await render('values-production.yaml')).get('Ingress', FULLNAME);
    expect(spec?.tls).toEqual([{ secretName: 'soma-api-tls', hosts: ['soma-memory.example.com'] }]);
  });

  it('serves what wants a token outside, and leaves the open routes inside', async () => {
    const { spec } = (await render('values-production.yaml')).get('Ingress', FULLNAME);
    const served = (spec?.rules ?? []).flatMap(({ http }) => http.paths.map((each) => each.path));
    const isServed = (route: string) => served.some((prefix) => `${route}/`.startsWith(`${prefix}/`));
    const api: OpenApi = JSON.parse(readFileSync(path.join(REPOSITORY, 'docs', 'openapi.json'), 'utf8'));
    const routes = Object.entries(api.paths).map(([route, operations]) => {
      const open = Object.values(operations).every(({ security = api.security }) => (security ?? []).length === 0);
      return { route, open };
    });
    expect(routes.filter(({ open }) => open).length).toBeGreaterThan(4);
    for (const { route, open } of routes) expect({ route, served: isServed(route) }).toEqual({ route, served: !open });
    for (const route of ['/docs', '/redoc', '/openapi.json', '/']) expect(isServed(route)).toBe(false);
  });

  it('lets bodies through to the limit of the service, and outlives the idle connections of the proxy', async () => {
    const rendering = await render('values-production.yaml');
    const size = rendering.get('Ingress', FULLNAME).metadata.annotations?.[
      'nginx.ingress.kubernetes.io/proxy-body-size'
    ];
    const { http } = loadConfig({ ...plainEnv(rendering.container(FULLNAME, 'api')), ...VAULT });
    expect(Number(size?.replace('m', '')) * 2 ** 20).toBeGreaterThan(http.maxBodyBytes);
    // nginx, HAProxy and the balancers of AWS and Azure keep an idle connection for 60 s or less.
    expect(http.keepAliveTimeoutMs).toBeGreaterThan(60_000);
  });

  it('is scraped on the ports of its Services', async () => {
    const rendering = await render('values-production.yaml');
    expect(rendering.names('ServiceMonitor')).toEqual(APPS);
    for (const [name, port, service] of [
      [FULLNAME, 'http', FULLNAME],
      [`${FULLNAME}-consumer`, 'metrics', `${FULLNAME}-consumer-metrics`],
    ] as const) {
      const monitor = rendering.get('ServiceMonitor', name);
      expect(monitor.spec).toMatchObject({ endpoints: [{ port, path: '/metrics' }] });
      const { metadata, spec } = rendering.get('Service', service);
      expect(spec?.ports?.map((each) => each.name)).toContain(port);
      expect(metadata.labels).toMatchObject(Object(monitor.spec?.selector?.['matchLabels']));
    }
  });

  it('alerts by the rules that serve outside Kubernetes too', async () => {
    const rule = (await render('values-production.yaml')).get('PrometheusRule', FULLNAME);
    expect(rule.spec).toEqual(parse(readFileSync(path.join(CHART, 'files', 'alerts.yaml'), 'utf8')));
    const alerts = rule.spec?.groups?.flatMap((group) => group.rules.map(({ alert }) => alert));
    expect(alerts).toEqual(
      expect.arrayContaining([
        ...['SomaAPIHighLatency', 'SomaAPIHighErrorRate'],
        ...['SomaConsumerProcessingFailures', 'SomaConsumerStalled'],
      ]),
    );
  });

  it('links alerts to their runbooks where the documents are read', async () => {
    const url = 'prometheusRule.docsUrl=https://git.example.com/soma/docs/';
    const rule = (await render('values-production.yaml', '--set', url)).get('PrometheusRule', FULLNAME);
    for (const { alert, annotations } of rule.spec?.groups?.flatMap((group) => group.rules) ?? []) {
      expect(annotations?.['runbook_url']).toBe(`https://git.example.com/soma/docs/runbooks/${alert}.md`);
    }
    const wrong = await template('values-production.yaml', '--set', 'prometheusRule.docsUrl=docs');
    expect(wrong).toMatchObject({ status: 1, output: expect.stringContaining('docsUrl') });
  });

  it('brings a dashboard for every file', async () => {
    const files = readdirSync(path.join(CHART, 'files', 'dashboards')).filter((name) => name.endsWith('.json'));
    const maps = (await render('values-production.yaml')).names('ConfigMap');
    for (const file of files) expect(maps).toContain(`${FULLNAME}-dashboard-${file.replace('.json', '')}`);
  });
});

describeHelm('backups', () => {
  const jobPods = (manifests: readonly Manifest[]) => manifests.map((manifest) => podOf(manifest));

  it('run at night under the documented names', async () => {
    const rendering = await render('values-production.yaml');
    const schedules = rendering
      .ofKind('CronJob')
      .map(({ metadata, spec }) => `${metadata.name} ${spec?.schedule ?? ''}`);
    expect(schedules.toSorted()).toEqual([
      `${FULLNAME}-postgres-backup 0 2 * * *`,
      `${FULLNAME}-qdrant-backup 30 2 * * *`,
    ]);
  });

  it('are made by soma backup, with the credentials of soma-memory-backup-aws', async () => {
    const rendering = await render('values-production.yaml');
    for (const kind of ['postgres', 'qdrant']) {
      const [pod] = jobPods([rendering.get('CronJob', `${FULLNAME}-${kind}-backup`)]);
      const container = pod?.containers[0] ?? { name: '', image: '' };
      expect(pod?.restartPolicy).toBe('Never');
      expect(container).toMatchObject({
        image: rendering.container(FULLNAME, 'api').image,
        args: ['create', kind],
        envFrom: [{ secretRef: { name: 'soma-memory-backup-aws' } }],
      });
      expect(container.command).toEqual(['node', 'apps/cli/dist/main.js', 'backup']);
      expect(pod?.initContainers).toBeUndefined();
      const { backup, warnings } = loadConfig({ ...plainEnv(container), ...VAULT });
      expect(backup).toMatchObject({ target: 's3://soma-memory-backups', keepDays: kind === 'postgres' ? 30 : 14 });
      expect(warnings.filter(({ variable }) => variable !== 'SOMA_API_HOST')).toEqual([]);
      const secrets = Object.values(secretEnv(container));
      for (const key of Object.keys(VAULT)) expect(secrets).toContain(`soma-memory-runtime-secrets/${key}`);
      expect(secrets).not.toContain('soma-memory-runtime-secrets/SOMA_API_TOKEN');
    }
  });

  it('start with brokers that want a login and a Qdrant that wants a key, as the restores do', async () => {
    const keys = ['QDRANT_API_KEY', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
    const settings = [
      ...['restore.postgres.enabled=true', 'restore.qdrant.enabled=true'],
      ...['env.KAFKA_SECURITY_PROTOCOL=SASL_SSL', 'env.KAFKA_SASL_MECHANISM=SCRAM-SHA-512'],
      ...['qdrant.enabled=false', 'redpanda.enabled=false'],
      ...keys.map((key, index) => `secret.keys[${5 + index}]=${key}`),
      ...['SOMA_API_TOKEN', ...ADDRESSES].map((key, index) => `secret.keys[${index}]=${key}`),
    ].flatMap((setting) => ['--set', setting]);
    const rendering = await render('values-production.yaml', ...settings);
    const jobs = [...rendering.ofKind('CronJob'), ...rendering.ofKind('Job')];
    const pods = jobs.filter(({ metadata }) => !metadata.name.endsWith('-migrate'));
    expect(pods).toHaveLength(5);
    for (const pod of jobPods(pods)) {
      const container = pod?.containers[0] ?? { name: '', image: '' };
      const given = Object.fromEntries(
        Object.keys(secretEnv(container)).map((name) => [name, VAULT[name] ?? 'secret']),
      );
      const { kafka, qdrant } = loadConfig({ ...plainEnv(container), ...given });
      expect(kafka.saslUsername).toBe('secret');
      expect(qdrant.apiKey).toBe('secret');
    }
  });

  it('take the role of the service account where no Secret with keys is named', async () => {
    const role = 'serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=arn:aws:iam::1:role/backup';
    const rendering = await render('values-production.yaml', '--set', `backup.credentialsSecret=,${role}`);
    for (const cronJob of rendering.ofKind('CronJob')) {
      const pod = podOf(cronJob);
      expect(pod?.containers[0]).not.toHaveProperty('envFrom');
      expect(pod).toMatchObject({ serviceAccountName: FULLNAME });
    }
    expect(rendering.get('ServiceAccount', FULLNAME).metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/backup',
    });
  });

  it('take pg_dump of our image, which is that of the PostgreSQL that runs', async () => {
    const rendering = await render('values-production.yaml');
    const server = rendering.container(`${FULLNAME}-postgres`, 'postgres').image;
    expect(readFileSync(path.join(REPOSITORY, 'Dockerfile.runtime'), 'utf8')).toContain(
      `FROM ${server.split('@')[0] ?? ''}-bookworm@`,
    );
    expect(rendering.names('ConfigMap')).not.toContain(`${FULLNAME}-backup-scripts`);
  });

  it('take pg_dump from another image on request, for backup and restore', async () => {
    const image = 'backup.postgres.programsImage.repository=postgres';
    const nameless = await template('values-production.yaml', '--set', image);
    expect(nameless).toMatchObject({ status: 1, output: expect.stringContaining('programsImage names no version') });
    const tagged = `${image},backup.postgres.programsImage.tag=19.1-bookworm,restore.postgres.enabled=true`;
    const rendering = await render('values-production.yaml', '--set', tagged);
    const cronJob = rendering.get('CronJob', `${FULLNAME}-postgres-backup`);
    for (const pod of jobPods([cronJob, rendering.get('Job', `${FULLNAME}-postgres-restore`)])) {
      const [programs] = pod?.initContainers ?? [];
      expect(programs?.image).toBe('postgres:19.1-bookworm');
      const scripts = Object.keys(rendering.get('ConfigMap', `${FULLNAME}-backup-scripts`).data ?? {});
      expect(scripts.map((script) => `/backup/${script}`)).toContain(programs?.command?.[1]);
      expect(pod?.containers[0]?.command?.[2]).toMatch(/^PATH="\/programs:\$PATH" exec node .* backup "\$@"$/);
    }
    const [qdrant] = jobPods([rendering.get('CronJob', `${FULLNAME}-qdrant-backup`)]);
    expect(qdrant?.initContainers).toBeUndefined();
  });

  it('are restored by Jobs that exist on request only, and may be repeated', async () => {
    const off = await render('values-production.yaml');
    expect(off.names('Job')).toEqual([`${FULLNAME}-migrate`]);
    const on = await render(
      'values-production.yaml',
      '--set',
      'restore.postgres.enabled=true,restore.qdrant.enabled=true',
    );
    for (const server of ['postgres', 'qdrant']) {
      const job = on.get('Job', `${FULLNAME}-${server}-restore`);
      expect(podOf(job)?.containers[0]?.args).toEqual(['restore', server, '--yes']);
      expect(job.metadata.annotations).toMatchObject({
        'helm.sh/hook': 'post-install,post-upgrade',
        'helm.sh/hook-delete-policy': 'before-hook-creation',
      });
    }
  });

  it('are followed by a replay and a verification, before the first writer starts', async () => {
    const restored = ['--set', 'restore.postgres.enabled=true,restore.qdrant.enabled=true'];
    const stopped = 'hpa.api.enabled=false,replicaCount=0,hpa.consumer.enabled=false,consumer.replicaCount=0';
    const rendering = await render('values-production.yaml', '--set', stopped, ...restored);
    const weight = ({ metadata }: Manifest) => Number(metadata.annotations?.['helm.sh/hook-weight']);
    const jobs = rendering.ofKind('Job').toSorted((left, right) => weight(left) - weight(right));
    expect(jobs.map(({ metadata }) => metadata.name.replace(`${FULLNAME}-`, ''))).toEqual([
      ...['migrate', 'postgres-restore', 'qdrant-restore', 'finish-restore'],
    ]);
    const [pod] = jobPods(jobs.slice(-1));
    expect(pod?.containers[0]?.command).toEqual(['bash', '/scripts/finish-restore.sh']);
    expect(rendering.get('ConfigMap', `${FULLNAME}-scripts`).data?.['finish-restore.sh']).toContain('soma replay\n');
    expect(Object.keys(secretEnv(pod?.containers[0] ?? { name: '', image: '' })).toSorted()).toEqual([
      ...Object.keys(VAULT).toSorted(),
    ]);
    for (const name of APPS) expect(rendering.get('Deployment', name).spec?.replicas).toBe(0);
  });
});
