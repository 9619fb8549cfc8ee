import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { memoryTopics } from '@sfm/events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePorts, LOOPBACK } from '../services/lifetime/free-port.js';
import { LocalServer } from '../services/lifetime/local-server.js';
import { makeCertificates } from '../services/programs/certificates.js';
import { findHelm } from '../services/programs/helm-program.js';
import { findQdrant } from '../services/qdrant/qdrant-program.js';
import { CHART, FULLNAME, parseManifests, render, template, type Installation, type Rendering } from './chart.js';
import { KubernetesSchemas } from './kubernetes-schemas.js';
import { podOf, type EnvVar, type Manifest, type PodSpec } from './manifest.js';

const describeHelm = await describeWith([], { helm: findHelm });
const describeQdrant = await describeWith([], { qdrant: findQdrant });
const EXAMPLES = path.join(CHART, 'examples');
const OPERATORS = ['cloudnativepg', 'zalando', 'strimzi', 'qdrant'] as const;
type Operator = (typeof OPERATORS)[number];
const VERSION = '1.33';

const read = (name: string): string => readFileSync(path.join(EXAMPLES, name), 'utf8');
const resources = (name: string): Manifest[] => parseManifests(read(name));
const values = (...operators: readonly Operator[]): string[] =>
  operators.flatMap((operator) => ['--values', path.join(EXAMPLES, operator, 'values.yaml')]);

function only(name: string, kind: string): Manifest {
  const [found, ...more] = resources(name).filter((resource) => resource.kind === kind);
  if (found === undefined || more.length > 0) throw new Error(`${name} has not exactly one ${kind}`);
  return found;
}

/** What the operators put into the Secrets of the examples: names and keys are theirs. */
function secretsOf(restored = ''): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const postgres = `soma-postgres${restored}`;
  const url = `postgresql://soma:of-cnpg@${postgres}-rw.soma-memory:5432/somamemory`;
  const login = { username: 'soma', password: 'ofZalando1' };
  const { metadata: user } = only('strimzi/kafka.yaml', 'KafkaUser');
  return {
    [`${postgres}-app`]: { uri: url, username: 'soma', password: 'of-cnpg' },
    [`soma.${postgres}.credentials.postgresql.acid.zalan.do`]: login,
    [user.name]: { password: 'of-strimzi' },
    'soma-qdrant-apikey': { 'api-key': 'of-qdrant' },
  };
}

/** The environment as Kubernetes makes it: a value may name variables that stand before it. */
function environmentOf(variables: readonly EnvVar[], secrets = secretsOf()): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of variables) {
    const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
    const own = FULLNAME === secret.slice(0, FULLNAME.length) || secret === 'soma-memory-runtime-secrets';
    const ofSecret = own ? (key === 'REDIS_URL' ? 'redis://r:6379/0' : 'own-secret') : secrets[secret]?.[key];
    const given = valueFrom === undefined ? value : ofSecret;
    if (given === undefined) throw new Error(`${name}: no Secret ${secret} with ${key}`);
    environment[name] = given.replaceAll(/\$\((\w+)\)/g, (whole, other: string) => environment[other] ?? whole);
  }
  return environment;
}

/** What a server says to whoever has the key and checks its certificate. */
async function askOverTls(
  { ca, method, url }: { ca: Buffer; method: string; url: string },
  body?: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'api-key': 'key', 'content-type': 'application/json' };
    request(url, { ca, method, headers }, (response) => {
      text(response).then((said) => {
        resolve({ status: response.statusCode ?? 0, text: said });
      }, reject);
    })
      .on('error', reject)
      .end(body);
  });
}

/** Pods of ours that talk to the servers, by the name of what makes them. */
function podsOf(rendering: Rendering): ReadonlyMap<string, PodSpec> {
  const pods = rendering.manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    const isOurs = (pod?.containers ?? []).some(({ env }) => env?.some(({ name }) => name === 'POSTGRES_URL'));
    return pod !== undefined && isOurs ? [[manifest.metadata.name, pod] as const] : [];
  });
  return new Map(pods);
}

describe('a custom resource of the examples', () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('values.yaml'))
    .toSorted();
  const schemas = new KubernetesSchemas(VERSION);

  it('is there for each operator', () => {
    expect(files).toEqual([
      'certificates.yaml',
      ...['cluster', 'restore'].map((name) => `cloudnativepg/${name}.yaml`),
      'strimzi/kafka.yaml',
      ...['cluster', 'restore'].map((name) => `zalando/${name}.yaml`),
    ]);
  });

  it.each(files)('is one that its operator accepts: %s', (file) => {
    expect(resources(file).flatMap((resource) => schemas.problems(resource))).toEqual([]);
  });

  it.each([
    ['cloudnativepg/cluster.yaml', /isWALArchiver/g, 'isWalArchiver'],
    ['cloudnativepg/cluster.yaml', 'destinationPath', 'destination'],
    ['cloudnativepg/restore.yaml', 'targetTime', 'target_time'],
    ['zalando/cluster.yaml', 'soma: []', 'soma: [admin]'],
    ['zalando/restore.yaml', '12:00:00+00:00', '12:00:00'],
    ['strimzi/kafka.yaml', 'scram-sha-512', 'scram-sha-1'],
    ['strimzi/kafka.yaml', 'operations: [Describe', 'operations: [Look'],
    ['certificates.yaml', 'dnsNames', 'names'],
  ])('is refused by the schema of its operator when it is wrong: %s, %s', (file, right, wrong) => {
    const changed = parseManifests(read(file).replace(right, wrong));
    expect(changed.flatMap((resource) => schemas.problems(resource))).not.toEqual([]);
  });
});

describe('PostgreSQL of the examples', () => {
  const chart: { backup: { bucket: string; credentialsSecret: string } } = parse(
    readFileSync(path.join(CHART, 'values.yaml'), 'utf8'),
  );
  const { bucket, credentialsSecret } = chart.backup;

  it('by CloudNativePG has a role for its database alone, speaks TLS alone and archives to the bucket of backups', () => {
    const key = (name: string) => ({ name: credentialsSecret, key: name });
    expect(only('cloudnativepg/cluster.yaml', 'ObjectStore')).toMatchObject({
      metadata: { name: 'soma-backups' },
      spec: {
        configuration: {
          destinationPath: `s3://${bucket}/cloudnativepg`,
          s3Credentials: { accessKeyId: key('AWS_ACCESS_KEY_ID'), secretAccessKey: key('AWS_SECRET_ACCESS_KEY') },
        },
      },
    });
    expect(only('cloudnativepg/cluster.yaml', 'Cluster').spec).toMatchObject({
      enableSuperuserAccess: false,
      bootstrap: { initdb: { database: 'somamemory', owner: 'soma' } },
    });
    for (const file of ['cluster', 'restore'].map((name) => `cloudnativepg/${name}.yaml`)) {
      const cluster = only(file, 'Cluster');
      expect(cluster.spec).toMatchObject({
        enableSuperuserAccess: false,
        postgresql: { pg_hba: ['hostnossl all all all reject'], synchronous: { number: 1 } },
        plugins: [{ isWALArchiver: true, parameters: { barmanObjectName: 'soma-backups' } }],
      });
      expect(only(file, 'ScheduledBackup').spec).toMatchObject({ cluster: { name: cluster.metadata.name } });
    }
  });

  it("by Zalando's operator has a role for its database alone and archives to the bucket of backups", () => {
    for (const file of ['cluster', 'restore'].map((name) => `zalando/${name}.yaml`)) {
      const { metadata, spec } = only(file, 'postgresql');
      expect(metadata.name).toMatch(/^soma-/);
      expect(spec).toMatchObject({
        teamId: 'soma',
        users: { soma: [] },
        databases: { somamemory: 'soma' },
        tls: { secretName: 'soma-postgres-tls', caFile: 'ca.crt' },
        spiloFSGroup: 103,
        env: expect.arrayContaining([
          { name: 'USE_WALG_BACKUP', value: 'true' },
          { name: 'WAL_S3_BUCKET', value: bucket },
          // Without it the path has the namespace before the name, and a restore looks elsewhere.
          { name: 'WAL_BUCKET_SCOPE_PREFIX', value: '' },
          ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => ({
            name: key,
            valueFrom: { secretKeyRef: { name: credentialsSecret, key } },
          })),
        ]),
      });
    }
  });

  it('is restored to a time beside the cluster that was archived, from where that one archives to', () => {
    expect(only('cloudnativepg/restore.yaml', 'Cluster')).toMatchObject({
      metadata: { name: 'soma-postgres-restored' },
      spec: {
        bootstrap: {
          recovery: {
            source: 'soma-postgres',
            database: 'somamemory',
            owner: 'soma',
            recoveryTarget: { targetTime: expect.stringMatching(/\+00$/) },
          },
        },
        externalClusters: [
          {
            name: 'soma-postgres',
            plugin: { parameters: { barmanObjectName: 'soma-backups', serverName: 'soma-postgres' } },
          },
        ],
      },
    });
    const source: { spec: { postgresql: { version: string } } } = parse(read('zalando/cluster.yaml'));
    expect(only('zalando/restore.yaml', 'postgresql')).toMatchObject({
      metadata: { name: 'soma-postgres-restored' },
      spec: {
        clone: {
          cluster: 'soma-postgres',
          timestamp: expect.stringMatching(/\+00:00$/),
          s3_wal_path: `s3://${bucket}/spilo/soma-postgres/wal/${source.spec.postgresql.version}`,
        },
        env: expect.arrayContaining([
          { name: 'CLONE_USE_WALG_RESTORE', value: 'true' },
          {
            name: 'CLONE_AWS_ACCESS_KEY_ID',
            valueFrom: { secretKeyRef: { name: credentialsSecret, key: 'AWS_ACCESS_KEY_ID' } },
          },
        ]),
      },
    });
  });
});

describe('Kafka of the examples', () => {
  const cluster = only('strimzi/kafka.yaml', 'Kafka');
  const { kafka } = loadConfig({});

  it('wants TLS and a login', () => {
    expect(cluster.spec).toMatchObject({
      kafka: {
        listeners: [{ port: 9093, tls: true, authentication: { type: 'scram-sha-512' } }],
        authorization: { type: 'simple' },
      },
    });
  });

  it('has the topics that the service would make', () => {
    const topics = resources('strimzi/kafka.yaml').filter(({ kind }) => kind === 'KafkaTopic');
    const wanted = memoryTopics({ partitions: kafka.topicPartitions });
    expect(topics.map(({ metadata }) => metadata.name)).toEqual(wanted.map(({ topic }) => topic));
    for (const [index, { partitions, settings = {} }] of wanted.entries()) {
      const { config }: { config: Readonly<Record<string, unknown>> } = parse(JSON.stringify(topics[index]?.spec));
      expect(topics[index]?.spec).toMatchObject({ partitions, replicas: 3, config: { 'min.insync.replicas': 2 } });
      for (const [name, value] of Object.entries(settings)) expect(String(config[name])).toBe(value);
    }
  });

  it('lets the user read, write and commit what the service does, and create nothing', () => {
    const { spec } = only('strimzi/kafka.yaml', 'KafkaUser');
    const rule = (type: string, name: string, patternType: string, operations: readonly string[]) => ({
      resource: { type, name, patternType },
      operations,
    });
    expect(spec).toMatchObject({
      authorization: {
        acls: [
          ...memoryTopics().map(({ topic }) => rule('topic', topic, 'literal', ['Describe', 'Read', 'Write'])),
          rule('group', kafka.consumerGroup, 'literal', ['Describe', 'Read']),
          ...['soma-replay-', 'soma-dlq-'].map((name) => rule('group', name, 'prefix', ['Delete', 'Describe', 'Read'])),
        ],
      },
    });
  });

  it.each(['KafkaNodePool', 'KafkaTopic', 'KafkaUser'])('is the one that every %s belongs to', (kind) => {
    for (const resource of resources('strimzi/kafka.yaml').filter((each) => each.kind === kind)) {
      expect(resource.metadata.labels).toEqual({ 'strimzi.io/cluster': cluster.metadata.name });
    }
  });
});

describe('Qdrant of the examples', () => {
  // Its chart is in no registry of packages: what matters is held here.
  it('has a key, copies, a volume and TLS with a certificate for the names that it is called by', () => {
    expect(parse(read('qdrant/qdrant-values.yaml'))).toMatchObject({
      replicaCount: 3,
      apiKey: true,
      persistence: { size: expect.stringMatching(/^\d+Gi$/) },
      config: {
        cluster: { enabled: true, p2p: { enable_tls: true } },
        service: { enable_tls: true },
        tls: { cert: '/qdrant/tls/tls.crt', key: '/qdrant/tls/tls.key', ca_cert: '/qdrant/tls/ca.crt' },
        storage: { collection: { replication_factor: 2 } },
      },
      additionalVolumes: [{ name: 'tls', secret: { secretName: 'soma-qdrant-tls' } }],
      additionalVolumeMounts: [{ name: 'tls', mountPath: '/qdrant/tls' }],
    });
    const certificate = resources('certificates.yaml').find(({ metadata }) => metadata.name === 'soma-qdrant-tls');
    expect(certificate?.spec).toMatchObject({
      secretName: 'soma-qdrant-tls',
      dnsNames: [
        'soma-qdrant.soma-memory.svc.cluster.local',
        ...[0, 1, 2].map((pod) => `soma-qdrant-${pod}.soma-qdrant-headless`),
      ],
    });
  });
});

describeQdrant('a real Qdrant with the configuration of the examples', () => {
  let folder: string;
  let server: LocalServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-operators-qdrant-'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  it('answers over TLS, to whoever has the key, and keeps two copies', async () => {
    const { command } = await findQdrant();
    const { caFile: ca, serverCertFile, serverKeyFile } = await makeCertificates(folder);
    const { config }: { config: object } = parse(read('qdrant/qdrant-values.yaml'));
    const here = stringify(config)
      .replace('/qdrant/tls/tls.crt', serverCertFile)
      .replace('/qdrant/tls/tls.key', serverKeyFile)
      .replace('/qdrant/tls/ca.crt', ca);
    const file = path.join(folder, 'production.yaml');
    await writeFile(file, here);
    const [port = 0, grpcPort = 0, peerPort = 0] = await freePorts(3);
    const ask = async (method: string, where: string, body?: string) =>
      askOverTls({ ca: readFileSync(ca), method, url: `https://${LOOPBACK}:${port}${where}` }, body);
    server = new LocalServer({
      name: 'Qdrant',
      command,
      args: ['--config-path', file, '--disable-telemetry', '--uri', `https://localhost:${peerPort}`],
      env: childEnvironment({
        QDRANT__SERVICE__HOST: LOOPBACK,
        QDRANT__SERVICE__HTTP_PORT: String(port),
        QDRANT__SERVICE__GRPC_PORT: String(grpcPort),
        QDRANT__SERVICE__ENABLE_STATIC_CONTENT: 'false',
        QDRANT__SERVICE__API_KEY: 'key',
        QDRANT__CLUSTER__P2P__PORT: String(peerPort),
        QDRANT__STORAGE__STORAGE_PATH: path.join(folder, 'storage'),
        QDRANT__STORAGE__SNAPSHOTS_PATH: path.join(folder, 'snapshots'),
      }),
      folder,
      records: path.join(folder, 'records'),
      answers: async () => (await ask('GET', '/readyz').catch(() => undefined))?.status === 200,
    });
    await server.start();
    const made = await ask('PUT', '/collections/a', '{"vectors":{"size":4,"distance":"Cosine"}}');
    expect(made.status).toBe(200);
    const found: unknown = JSON.parse((await ask('GET', '/collections/a')).text);
    expect(found).toMatchObject({ result: { config: { params: { replication_factor: 2 } } } });
    expect((await ask('GET', '/cluster')).text).toContain('"status":"enabled"');
  }, 60_000);
});

describeHelm('the chart on servers of operators', () => {
  const schemas = new KubernetesSchemas(VERSION);
  let folder: string;
  let authority: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-operators-'));
    authority = path.join(folder, 'ca.crt');
    await writeFile(authority, '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** The settings of a pod, with an authority that can be read here. */
  const configOf = (pod: PodSpec, secrets = secretsOf()) => {
    const environment = Object.entries(environmentOf(pod.containers[0]?.env ?? [], secrets)).map(
      ([name, value]) => [name, value.startsWith('/etc/soma/authorities/') ? authority : value] as const,
    );
    return loadConfig(Object.fromEntries(environment));
  };

  const ALL: readonly (readonly [Installation, readonly Operator[]])[] = (
    ['values.yaml', 'values-production.yaml', 'values-app-only.yaml'] as const
  ).flatMap((installation) =>
    (['cloudnativepg', 'zalando'] as const).map((postgres) => [installation, [postgres, 'strimzi', 'qdrant']] as const),
  );

  it.each(ALL)('gives each pod of %s with %j the addresses and logins of the operators', async (installation, all) => {
    const rendering = await render(installation, ...values(...all), '--kube-version', `${VERSION}.0`);
    expect(rendering.manifests.flatMap((manifest) => schemas.problems(manifest))).toEqual([]);
    for (const server of ['postgres', 'qdrant', 'redpanda']) {
      expect(rendering.find('Deployment', `${FULLNAME}-${server}`)).toBeUndefined();
    }
    const pods = podsOf(rendering);
    expect([...pods.keys()]).toEqual(expect.arrayContaining([FULLNAME, `${FULLNAME}-consumer`, `${FULLNAME}-migrate`]));
    const [postgres] = all;
    const host =
      postgres === 'zalando' ? 'soma-postgres.soma-memory.svc.cluster.local' : 'soma-postgres-rw.soma-memory';
    const password = postgres === 'zalando' ? 'ofZalando1' : 'of-cnpg';
    for (const [name, pod] of pods) {
      const { database, kafka, qdrant } = configOf(pod);
      expect(database).toMatchObject({
        url: `postgresql://soma:${password}@${host}:5432/somamemory`,
        sslMode: 'verify-full',
        sslRootCertFile: authority,
      });
      // The Job of migrations knows PostgreSQL alone.
      if (name === `${FULLNAME}-migrate`) continue;
      expect(kafka).toMatchObject({
        bootstrapServers: 'soma-kafka-kafka-bootstrap.soma-memory.svc.cluster.local:9093',
        securityProtocol: 'SASL_SSL',
        saslMechanism: 'SCRAM-SHA-512',
        saslUsername: 'soma-service',
        saslPassword: 'of-strimzi',
      });
      expect(qdrant).toMatchObject({
        url: 'https://soma-qdrant.soma-memory.svc.cluster.local:6333',
        apiKey: 'of-qdrant',
      });
    }
  });

  it.each(OPERATORS)('runs with %s alone, beside the other servers of the chart', async (operator) => {
    const rendering = await render('values.yaml', ...values(operator));
    expect(rendering.names('Deployment')).toHaveLength(5);
    expect(rendering.manifests.flatMap((manifest) => schemas.problems(manifest))).toEqual([]);
  });

  it('takes from the Secret of an authority its certificate alone, not the key with which it signs', async () => {
    const rendering = await render('values.yaml', ...values('cloudnativepg', 'strimzi', 'qdrant'));
    const wanted = { postgres: 'soma-postgres-ca', kafka: 'soma-kafka-cluster-ca-cert', qdrant: 'soma-qdrant-tls' };
    for (const pod of podsOf(rendering).values()) {
      for (const [server, secretName] of Object.entries(wanted)) {
        const secret = { secretName, items: [{ key: 'ca.crt', path: 'ca.crt' }] };
        expect(pod.volumes).toContainEqual({ name: `authority-${server}`, secret });
        expect(pod.containers[0]?.volumeMounts).toContainEqual(
          expect.objectContaining({ mountPath: `/etc/soma/authorities/${server}` }),
        );
      }
    }
  });

  it('asks the vault for nothing that the operators make', async () => {
    const rendering = await render('values-production.yaml', ...values('cloudnativepg', 'strimzi', 'qdrant'));
    const [external] = rendering.ofKind('ExternalSecret');
    expect(external?.spec?.data?.map(({ secretKey }) => secretKey)).toEqual([
      'REDIS_PASSWORD',
      'REDIS_URL',
      'SOMA_API_TOKEN',
    ]);
  });

  it('moves to the restored cluster by the values that the page names', async () => {
    const page = readFileSync(path.join(CHART, '..', 'docs', 'deployment', 'operators.md'), 'utf8');
    const written = [...page.matchAll(/<<'YAML'\n([\s\S]*?)^ *YAML$/gm)].map(([, text = '']) => text);
    const moves = written.filter((text) => text.includes('soma-postgres-restored'));
    expect(moves).toHaveLength(2);
    for (const [index, operator] of (['cloudnativepg', 'zalando'] as const).entries()) {
      const file = path.join(folder, `${operator}.yaml`);
      await writeFile(file, moves[index] ?? '');
      const rendering = await render('values.yaml', ...values(operator), '--values', file);
      const pod = podsOf(rendering).get(`${FULLNAME}-migrate`);
      const { url } = configOf(pod ?? { containers: [] }, secretsOf('-restored')).database;
      expect(url).toMatch(/@soma-postgres-restored(-rw)?\.soma-memory/);
      const volume = pod?.volumes?.find(({ name }) => name === 'authority-postgres');
      expect(volume?.secret?.secretName).toBe(
        operator === 'zalando' ? 'soma-postgres-tls' : 'soma-postgres-restored-ca',
      );
    }
  });

  it('believes that a server is given wherever its address comes from', async () => {
    const none = ['--set', 'postgres.enabled=false'];
    expect(await template('values.yaml', ...none)).toMatchObject({
      status: 1,
      output: expect.stringContaining('POSTGRES_URL is missing'),
    });
    const places = [
      'env.POSTGRES_URL=postgresql://a:b@c/d',
      'secretEnv.POSTGRES_URL.name=s,secretEnv.POSTGRES_URL.key=uri',
      'extraEnv[0].name=POSTGRES_URL,extraEnv[0].value=postgresql://a:b@c/d',
    ];
    for (const place of places) {
      const rendering = await render('values.yaml', ...none, '--set', place);
      for (const [name, pod] of podsOf(rendering)) {
        const names = (pod.containers[0]?.env ?? []).map((variable) => variable.name);
        // Of two with one name Kubernetes takes the last and warns.
        expect({ name, twice: names.filter((each, index) => names.indexOf(each) !== index) }).toEqual({
          name,
          twice: [],
        });
      }
    }
  });

  it('refuses a variable from a Secret without the name or the key of it', async () => {
    for (const half of ['name=s', 'key=uri']) {
      const { status, output } = await template('values.yaml', '--set', `secretEnv.POSTGRES_URL.${half}`);
      expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('secretEnv') });
    }
  });
});
