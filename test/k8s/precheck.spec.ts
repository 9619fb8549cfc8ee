import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { freePort } from '../services/lifetime/free-port.js';
import { testKafka } from '../services/kafka/kafka.js';
import { testPostgres } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';
import { testRedis } from '../services/redis/redis.js';
import { REPOSITORY } from '../services/repository.js';

const SCRIPT = path.join(REPOSITORY, 'scripts', 'precheck');
const FAKE_KUBECTL = path.join(REPOSITORY, 'test', 'k8s', 'fake-kubectl.mjs');
const TOKEN = 'token-of-the-test';

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

async function precheck(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn('bash', [SCRIPT, ...args], {
    env: { ...childEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe('precheck', () => {
  it('explains itself', async () => {
    const { status, output } = await precheck(['--help']);
    expect(output).toContain('usage: precheck host|forwarded|pod');
    expect(status).toBe(0);
  });

  it.each([
    [[], 'host, forwarded or pod?'],
    [['cluster'], "unknown mode 'cluster'"],
    [['pod', '--stak', 'k8s'], "unknown option '--stak'"],
    [['pod', '--stack', 'compose'], "unknown stack 'compose'"],
    [['pod', '--stack'], '--stack wants a value'],
    [['pod', '--only', 'opa'], "the stack chart has no endpoint 'opa'"],
    [['pod', '--endpoint', 'api=nowhere'], '--endpoint wants NAME=HOST:PORT'],
    [['pod', '--endpoint', 'web=a:1'], "unknown endpoint 'web'"],
    [['pod', '--timeout', 'long'], '--timeout wants a whole number'],
  ])('refuses %j', async (args, message) => {
    expect(await precheck(args)).toEqual({ status: 2, output: expect.stringContaining(message) });
  });

  it('names every endpoint that does not answer', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const names = ['api', 'consumer', 'postgres', 'redis', 'qdrant', 'kafka', 'opa'];
    const endpoints = names.flatMap((name) => ['--endpoint', `${name}=${nobody}`]);
    const { status, output } = await precheck(['pod', '--stack', 'minimal', '--timeout', '5', ...endpoints]);
    for (const name of names) expect(output).toMatch(new RegExp(`^FAILED  ${name} .*${nobody}`, 'm'));
    expect(output).toContain(`failed: ${names.join(' ')}`);
    expect(status).toBe(1);
  });

  it('does not take one server for another', async () => {
    const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoints = ['postgres', 'redis', 'kafka'].flatMap((name) => ['--endpoint', `${name}=${addressOf(server)}`]);
    const only = ['--only', 'postgres,redis,kafka', '--timeout', '5'];
    const { status, output } = await precheck(['pod', ...only, ...endpoints]);
    expect(output).toContain('failed: postgres redis kafka');
    expect(status).toBe(1);
    server.close();
  });
});

const describeReal = await describeWith(['postgres', 'redis', 'qdrant', 'kafka']);

describeReal('precheck of a stack', () => {
  let folder: string;
  let app: Server;
  let asked: string[] = [];
  const addresses: Record<string, string> = {};

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-precheck-'));
    await writeFile(
      path.join(folder, 'kubectl'),
      `#!/bin/sh\nexec "${process.execPath}" "${FAKE_KUBECTL}" "${folder}/cluster.json" "$@"\n`,
      {
        mode: 0o755,
      },
    );
    app = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${(request.url ?? '').replace(/(?<![\d.,])[\d.,]+$/, '')}`);
      const isPublic = /^\/(healthz|readyz|health|metrics)$/.test(request.url ?? '');
      if (!isPublic && request.headers.authorization !== `Bearer ${TOKEN}`) response.statusCode = 403;
      // Recall finds whatever is asked for.
      request.pipe(response);
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    const [postgres, redis, qdrant, kafka] = await Promise.all([
      testPostgres(),
      testRedis(),
      testQdrant(),
      testKafka(),
    ]);
    Object.assign(addresses, {
      api: addressOf(app),
      consumer: addressOf(app),
      postgres: new URL(postgres.adminUrl).host,
      redis: new URL(redis.url).host,
      qdrant: new URL(qdrant.url).host,
      kafka: kafka.brokers[0] ?? '',
    });
  });
  afterAll(async () => {
    app.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Makes kubectl find these Services. @returns the environment to run in */
  async function cluster(
    services: Readonly<Record<string, string | undefined>>,
    more: { readonly secret?: string } = {},
  ): Promise<Record<string, string>> {
    const content = JSON.stringify({ namespace: 'soma-memory', token: TOKEN, services, ...more });
    await writeFile(path.join(folder, 'cluster.json'), content);
    return { PATH: `${folder}:${childEnvironment()['PATH'] ?? ''}` };
  }
  const full = 'soma-memory-somafractalmemory';
  const chart = () => ({
    [`${full}:9595`]: addresses['api'],
    [`${full}-consumer-metrics:8001`]: addresses['consumer'],
    [`${full}-postgres:5432`]: addresses['postgres'],
    [`${full}-redis:6379`]: addresses['redis'],
    [`${full}-qdrant:6333`]: addresses['qdrant'],
    [`${full}-redpanda:9092`]: addresses['kafka'],
  });

  it('passes inside a pod when everything answers', async () => {
    const endpoints = Object.entries(addresses).flatMap(([name, address]) => ['--endpoint', `${name}=${address}`]);
    const { status, output } = await precheck(['pod', ...endpoints], { SOMA_API_TOKEN: TOKEN });
    expect({ status, output }).toEqual({ status: 0, output });
    expect(output.match(/^ok/gm)).toHaveLength(6);
  });

  it('forwards ports from a host, and reads the token for storing and recalling', async () => {
    asked = [];
    const { status, output } = await precheck(['host'], await cluster(chart()));
    expect({ status, output }).toEqual({ status: 0, output });
    expect(output.match(/^ok/gm)).toHaveLength(6);
    expect(asked).toEqual(expect.arrayContaining(['POST /store', 'POST /recall', 'DELETE /memories/']));
  });

  it('finds the token in the Secret that a vault fills, as values-production.yaml has it', async () => {
    const environment = await cluster(chart(), { secret: 'soma-memory-runtime-secrets' });
    const { status, output } = await precheck(['host', '--only', 'api'], environment);
    expect({ status, output }).toEqual({ status: 0, output });
    expect(output).not.toContain('nothing was stored');
  });

  it('asks the port that a Service has, and leaves out servers that lie elsewhere', async () => {
    // As values-app-only.yaml and values-dev-port9797.yaml make it.
    const { [`${full}:9595`]: api, [`${full}-consumer-metrics:8001`]: consumer } = chart();
    const services = { [`${full}:9797`]: api, [`${full}-consumer-metrics:8001`]: consumer };
    const { status, output } = await precheck(['host'], await cluster(services));
    expect({ status, output }).toEqual({ status: 0, output });
    expect(output.match(/^ok +\w+/gm)).toEqual(['ok      api', 'ok      consumer']);
    expect(output.match(/^none +\w+/gm)).toHaveLength(4);
  });

  it('names the Service that is missing', async () => {
    const { [`${full}-qdrant:6333`]: _, [`${full}:9595`]: __, ...others } = chart();
    const environment = await cluster(others);
    const all = await precheck(['host'], environment);
    expect(all).toEqual({ status: 1, output: expect.stringContaining('failed: api\n') });
    const { status, output } = await precheck(['host', '--only', 'qdrant'], environment);
    expect(output).toMatch(new RegExp(`^FAILED  qdrant .*svc/${full}-qdrant in soma-memory cannot be forwarded`, 'm'));
    expect(output).toContain('failed: qdrant');
    expect(status).toBe(1);
  });

  it('fails when the token is wrong', async () => {
    const { status, output } = await precheck(['host'], { ...(await cluster(chart())), SOMA_API_TOKEN: 'other' });
    expect(output).toMatch(/^FAILED +api .*403/m);
    expect(status).toBe(1);
  });

  it('says that a namespace is missing', async () => {
    const { status, output } = await precheck(['host', '--namespace', 'elsewhere'], await cluster(chart()));
    expect(output).toContain('no namespace elsewhere');
    expect(status).toBe(1);
  });
});

function addressOf(server: Server): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return `127.0.0.1:${address.port}`;
}
