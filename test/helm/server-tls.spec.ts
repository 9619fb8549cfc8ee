import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePort, freePorts, LOOPBACK } from '../services/lifetime/free-port.js';
import { LocalServer, type ServerProgram } from '../services/lifetime/local-server.js';
import { makeCertificates } from '../services/programs/certificates.js';
import { findHelm } from '../services/programs/helm-program.js';
import { findQdrant } from '../services/qdrant/qdrant-program.js';
import { findRedis } from '../services/redis/redis-program.js';
import { REPOSITORY } from '../services/repository.js';
import { FULLNAME, plainEnv, render, secretEnv, type Rendering } from './chart.js';

const describeReal = await describeWith(['redis', 'qdrant'], { helm: findHelm });
const run = promisify(execFile);
/** Where a Secret is mounted in the pod of a server. */
const MOUNT = '/etc/soma/server-tls';
const TLS = ['redis', 'qdrant', 'redpanda'].flatMap((server) => ['--set', `${server}.tlsSecretName=of-${server}`]);

describeReal('a server of the chart with a certificate', () => {
  let folder: string;
  let mounted: string;
  let ca: string;
  let rendering: Rendering;
  const servers: LocalServer[] = [];

  beforeAll(async () => {
    rendering = await render('values.yaml', ...TLS);
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-server-tls-'));
    mounted = path.join(folder, 'mounted');
    await mkdir(mounted);
    const made = await makeCertificates(path.join(folder, 'made'));
    await copyFile(made.serverCertFile, path.join(mounted, 'tls.crt'));
    await copyFile(made.serverKeyFile, path.join(mounted, 'tls.key'));
    await copyFile(made.caFile, path.join(mounted, 'ca.crt'));
    ca = await readFile(made.caFile, 'utf8');
  }, 120_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (program: Omit<ServerProgram, 'folder' | 'records'>): Promise<void> => {
    const place = { folder: path.join(folder, program.name), records: path.join(folder, 'records') };
    const server = new LocalServer({ ...program, ...place });
    servers.push(server);
    await server.start();
  };
  /** What Redis answers to lines of its protocol, over TLS that checks the certificate. */
  const ask = async (port: number, lines: string): Promise<string> => {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: LOOPBACK, port, ca }, () => socket.write(lines));
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.once('close', () => resolve(answer));
      socket.once('error', reject);
    });
  };
  const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number | undefined> => {
    return new Promise((resolve, reject) => {
      get(url, { ca, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject);
    });
  };

  const precheck = async (name: string, port: number, env: Record<string, string> = {}): Promise<string> => {
    const args = ['pod', '--stack', 'k8s', '--only', name, '--endpoint', `${name}=${LOOPBACK}:${port}`];
    const script = path.join(REPOSITORY, 'scripts', 'precheck');
    return (await run('bash', [script, ...args], { env: childEnvironment(env) })).stdout;
  };

  it('is Redis, which answers over TLS alone, to whoever has the password', async () => {
    const program = await findRedis();
    const port = await freePort();
    const data = path.join(folder, 'Redis');
    await mkdir(data);
    const container = rendering.container(`${FULLNAME}-redis`, 'redis');
    const given = (container.args ?? []).map((arg) => arg.replace(MOUNT, mounted).replace('/data', data));
    const args = given.map((arg) => (arg === '6379' ? String(port) : arg));
    const PATH = `${path.dirname(program.command)}:${childEnvironment()['PATH'] ?? ''}`;
    const library: Record<string, string> =
      program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath };
    await start({
      name: 'Redis',
      command: container.command?.[0] ?? '',
      args: [...(container.command ?? []).slice(1), ...args],
      env: childEnvironment({ ...library, PATH, REDISCLI_AUTH: 'of-the-secret' }),
      answers: async () => /NOAUTH/.test(await ask(port, 'PING\r\nQUIT\r\n').catch(() => '')),
    });
    expect(await ask(port, 'AUTH of-the-secret\r\nPING\r\nQUIT\r\n')).toBe('+OK\r\n+PONG\r\n+OK\r\n');
    expect(await precheck('redis', port)).toMatch(/^ok +redis/);
    expect(container.readinessProbe?.exec?.command).toEqual(['redis-cli', '--tls', '--insecure', '-p', '6379', 'ping']);
  }, 60_000);

  it('is Qdrant, which answers over TLS alone, to whoever has the key', async () => {
    const { command } = await findQdrant();
    const [port = 0, grpcPort = 0] = await freePorts(2);
    const container = rendering.container(`${FULLNAME}-qdrant`, 'qdrant');
    const environment = Object.entries(plainEnv(container)).map(([name, value]) => {
      return [
        name,
        value.startsWith(MOUNT) ? value.replace(MOUNT, mounted) : value.replace(/^\/(qdrant|tmp)/, folder),
      ] as const;
    });
    await start({
      name: 'Qdrant',
      command,
      args: [],
      env: childEnvironment({
        ...Object.fromEntries(environment),
        QDRANT__SERVICE__HOST: LOOPBACK,
        QDRANT__SERVICE__HTTP_PORT: String(port),
        QDRANT__SERVICE__GRPC_PORT: String(grpcPort),
        QDRANT__SERVICE__ENABLE_STATIC_CONTENT: 'false',
        QDRANT__SERVICE__API_KEY: 'of-the-secret',
      }),
      answers: async () => (await statusOf(`https://${LOOPBACK}:${port}/readyz`).catch(() => 0)) === 200,
    });
    const collections = `https://${LOOPBACK}:${port}/collections`;
    expect(await statusOf(collections)).toBe(401);
    expect(await statusOf(collections, { 'api-key': 'of-the-secret' })).toBe(200);
    expect(await precheck('qdrant', port, { QDRANT_API_KEY: 'of-the-secret' })).toMatch(/^ok +qdrant/);
    await expect(fetch(collections.replace('https', 'http'))).rejects.toThrow();
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(probe?.httpGet).toMatchObject({ scheme: 'HTTPS' });
    }
  }, 60_000);

  it('is Kafka, which gets key and certificate in one file, whatever its arguments are replaced by', async () => {
    const [shell = '', ...command] = rendering.container(`${FULLNAME}-redpanda`, 'broker').command ?? [];
    const bundle = path.join(folder, 'server.pem');
    const image = path.join(folder, 'image-of-kafka');
    await writeFile(image, '#!/bin/sh\necho "started with $# arguments"\n', { mode: 0o755 });
    const inPod = command.map((part) =>
      part.replaceAll(MOUNT, mounted).replaceAll('/tmp/server.pem', bundle).replaceAll('/etc/kafka/docker/run', image),
    );
    const { stdout } = await run(shell, [...inPod, 'redpanda', 'start', '--smp', '1']);
    expect(stdout).toBe('started with 0 arguments\n');
    const text = await readFile(bundle, 'utf8');
    expect(text.match(/^-----BEGIN .*-----$/gm)).toEqual([
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN CERTIFICATE-----',
    ]);
  });

  it('is checked by api, consumer and jobs, who do not get its key', async () => {
    const rest = await render('values.yaml', ...TLS, '--set', 'backup.postgres.enabled=true');
    const authorities = ['redpanda', 'qdrant', 'redis'];
    const pods = [
      rest.get('Deployment', FULLNAME).spec?.template?.spec,
      rest.get('Deployment', `${FULLNAME}-consumer`).spec?.template?.spec,
      rest.get('CronJob', `${FULLNAME}-postgres-backup`).spec?.jobTemplate?.spec.template.spec,
    ];
    for (const pod of pods) {
      const mounts = pod?.containers[0]?.volumeMounts ?? [];
      for (const server of authorities) {
        expect(pod?.volumes).toContainEqual({
          name: `authority-${server}`,
          secret: { secretName: `of-${server}`, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
        });
        expect(mounts).toContainEqual(expect.objectContaining({ mountPath: `/etc/soma/authorities/${server}` }));
      }
      expect(plainEnv(pod?.containers[0] ?? { name: '', image: '' })).toMatchObject({
        REDIS_TLS_CA: '/etc/soma/authorities/redis/ca.crt',
        QDRANT_TLS_CERT: '/etc/soma/authorities/qdrant/ca.crt',
        KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
        KAFKA_SSL_CA_LOCATION: '/etc/soma/authorities/redpanda/ca.crt',
      });
    }
    const { data = {} } = rest.get('Secret', `${FULLNAME}-secrets`);
    const address = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
    expect(address('REDIS_URL')).toMatch(/^rediss:/);
    expect(address('QDRANT_URL')).toMatch(/^https:/);
    const open = await render('values-kind.yaml', ...TLS);
    expect(plainEnv(open.container(FULLNAME, 'api'))).toMatchObject({ KAFKA_SECURITY_PROTOCOL: 'SSL' });
  });

  it('is Redpanda with the user that the pods have, and not with a certificate that it would not find', async () => {
    const redpanda = ['--set', 'redpanda.image.repository=redpandadata/redpanda,redpanda.image.tag=v25.2.9'];
    const chosen = await render('values.yaml', ...redpanda);
    const broker = chosen.container(`${FULLNAME}-redpanda`, 'broker');
    expect(Object.keys(secretEnv(broker))).toEqual(['SOMA_BROKER_USER', 'SOMA_BROKER_PASSWORD']);
    expect(plainEnv(broker)['RP_BOOTSTRAP_USER']).toBe('$(SOMA_BROKER_USER):$(SOMA_BROKER_PASSWORD):SCRAM-SHA-256');
    const pod = chosen.get('Deployment', `${FULLNAME}-redpanda`).spec?.template?.spec;
    const [shell = '', ...command] = pod?.initContainers?.[0]?.command ?? [];
    const inPod = command.map((part) => part.replaceAll('/bootstrap/', `${folder}/`));
    await run(shell, inPod, { env: childEnvironment({ SOMA_BROKER_USER: 'soma' }) });
    expect(await readFile(path.join(folder, 'bootstrap.yaml'), 'utf8')).toBe(
      'enable_sasl: true\nadmin_api_require_auth: true\nsuperusers: ["soma"]\n',
    );
    expect(broker.volumeMounts).toContainEqual({
      name: 'bootstrap',
      mountPath: '/etc/redpanda/.bootstrap.yaml',
      subPath: 'bootstrap.yaml',
    });
    for (const container of [chosen.container(FULLNAME, 'api'), chosen.container(`${FULLNAME}-consumer`, 'consumer')]) {
      expect(plainEnv(container)).toMatchObject({
        KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
      });
    }
    await expect(render('values.yaml', ...redpanda, ...TLS)).rejects.toThrow(/redpanda\.tlsSecretName is for Kafka/);
  });
});
