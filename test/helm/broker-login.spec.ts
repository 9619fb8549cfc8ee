import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeWith } from '../services/availability.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { freePort } from '../services/lifetime/free-port.js';
import { makeCertificates } from '../services/programs/certificates.js';
import { findHelm } from '../services/programs/helm-program.js';
import { REPOSITORY } from '../services/repository.js';
import { FULLNAME, plainEnv, render, type Rendering } from './chart.js';

const describeReal = await describeWith(['kafka'], { helm: findHelm });
const SECRETS: Readonly<Record<string, string>> = { SOMA_BROKER_USER: 'soma', SOMA_BROKER_PASSWORD: 'of-the-secret' };

/** Kubernetes puts variables in, and the image makes server properties of what begins with KAFKA_. */
function properties(environment: Readonly<Record<string, string>>): Record<string, string> {
  const settings = Object.entries(environment).filter(([name]) => /^KAFKA_(SASL|SSL|LISTENER_|INTER_)/.test(name));
  return Object.fromEntries(
    settings.map(([name, value]) => [
      name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'),
      value.replaceAll(/\$\((\w+)\)/g, (asIs, variable: string) => SECRETS[variable] ?? asIs),
    ]),
  );
}

describeReal('the broker of the chart', () => {
  let kafka: KafkaProcess;
  let folder: string;
  let address: string;
  let encrypted: string;
  let ca: string;

  beforeAll(async () => {
    const [port, inside, outside, controller] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    address = `127.0.0.1:${port}`;
    encrypted = `127.0.0.1:${outside}`;
    const broker = (rendering: Rendering) => plainEnv(rendering.container(`${FULLNAME}-redpanda`, 'broker'));
    const plain = broker(await render('values.yaml'));
    const withTls = broker(await render('values.yaml', '--set', 'redpanda.tlsSecretName=of-kafka'));
    const map = 'KAFKA_LISTENER_SECURITY_PROTOCOL_MAP';
    const listener = (of: Record<string, string>, name: string) =>
      of[map]?.split(',').filter((each) => each.startsWith(`${name}:`)) ?? [];
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-broker-'));
    const { caFile, serverBundleFile } = await makeCertificates(folder);
    ca = await readFile(caFile, 'utf8');
    // One broker for both: a listener as it is without a certificate, and one as it is with one.
    const environment = {
      ...withTls,
      KAFKA_SSL_KEYSTORE_LOCATION: serverBundleFile,
      [map]: [
        ...[...listener(plain, 'PLAINTEXT'), ...listener(withTls, 'OUTSIDE')],
        ...[...listener(plain, 'INTERNAL'), ...listener(plain, 'CONTROLLER')],
      ].join(','),
    };
    kafka = await startKafka({
      properties: {
        ...properties(environment),
        // Ports that are free on this machine, in place of those of the pod.
        listeners: `PLAINTEXT://${address},OUTSIDE://127.0.0.1:${outside},INTERNAL://127.0.0.1:${inside},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `PLAINTEXT://${address},OUTSIDE://127.0.0.1:${outside},INTERNAL://127.0.0.1:${inside}`,
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      },
    });
  }, 120_000);
  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const topicsFor = async (password?: string, { ssl = false }: { ssl?: boolean | { ca: string } } = {}) => {
    const sasl = password === undefined ? {} : { sasl: { mechanism: 'plain' as const, username: 'soma', password } };
    const options = {
      brokers: [ssl === false ? address : encrypted],
      ssl,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      connectionTimeout: 5000,
    };
    const admin = new Kafka({ ...options, ...sasl }).admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      await admin.disconnect();
    }
  };

  it('lets in who has the password of the Secret, and nobody else', async () => {
    expect(await topicsFor('of-the-secret')).toEqual([]);
    await expect(topicsFor('guessed')).rejects.toThrow(/SASL|authentication/i);
    await expect(topicsFor()).rejects.toThrow();
  }, 60_000);

  it('speaks TLS with a certificate, and wants the password then, too', async () => {
    expect(await topicsFor('of-the-secret', { ssl: { ca } })).toEqual([]);
    await expect(topicsFor('guessed', { ssl: { ca } })).rejects.toThrow(/SASL|authentication/i);
    const args = ['pod', '--stack', 'k8s', '--only', 'kafka', '--endpoint', `kafka=${encrypted}`];
    const { stdout } = await promisify(execFile)('bash', [path.join(REPOSITORY, 'scripts', 'precheck'), ...args]);
    expect(stdout).toMatch(/^ok +kafka/);
    await expect(topicsFor('of-the-secret', { ssl: true })).rejects.toThrow(/certificate/i);
  }, 60_000);
});
