import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { childEnvironment } from '../services/environment.js';
import { describeWith } from '../services/availability.js';
import { freePort, LOOPBACK } from '../services/lifetime/free-port.js';
import { testKafka } from '../services/kafka/kafka.js';
import { createTestDatabase } from '../services/postgres/postgres.js';
import { testQdrant } from '../services/qdrant/qdrant.js';
import { testRedis } from '../services/redis/redis.js';
import { REPOSITORY } from '../services/repository.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { FakePrograms } from './fake-programs.js';

const ENTRYPOINT = path.join(REPOSITORY, 'docker', 'entrypoint.sh');

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** A node that runs the wait for real, and instead of a role prints what it would have run. */
const NODE = `case "$1" in *wait-for-dependencies.mjs) exec '${process.execPath}' "$@" ;; *) echo "ran $* skip=\${SOMA_SKIP_DEP_WAIT-unset} wait=\${SOMA_DEP_WAIT_SECONDS-unset}" ;; esac`;

const describeReal = await describeWith(['postgres', 'redis', 'qdrant', 'kafka']);

let fakes: FakePrograms;
beforeAll(async () => {
  fakes = await FakePrograms.create();
  await fakes.add('node', NODE);
});
afterAll(async () => {
  await fakes.remove();
});

function start(
  args: readonly string[],
  settings: Record<string, string> = {},
): { output: () => string; ended: Promise<Outcome> } {
  const system = childEnvironment(settings);
  const child = spawn(ENTRYPOINT, args, { env: { ...system, PATH: fakes.pathBefore(system['PATH']) } });
  let text = '';
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const ended = once(child, 'close').then(() => ({ status: child.exitCode, output: text }));
  return { output: () => text, ended };
}

const run = (args: readonly string[], settings: Record<string, string> = {}): Promise<Outcome> =>
  start(args, settings).ended;

async function listen(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end()).listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

describe('the role', () => {
  it.each([
    [[], 'apps/api/dist/main.js'],
    [['api'], 'apps/api/dist/main.js'],
    [['consumer'], 'apps/consumer/dist/main.js'],
    [['soma', 'db', 'upgrade'], 'apps/cli/dist/main.js db upgrade'],
  ])('%j runs %s', async (args, program) => {
    const { status, output } = await run(args);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining(`ran ${path.join(REPOSITORY, program)}`),
    });
  });

  it('may be any other program', async () => {
    expect(await run(['echo', 'hello'])).toEqual({ status: 0, output: 'hello\n' });
  });

  it('is refused with status 2 when nobody knows it, and when it has arguments that nobody reads', async () => {
    expect(await run(['no-such-role'])).toEqual({
      status: 2,
      output: expect.stringContaining("unknown command 'no-such-role'"),
    });
    expect((await run(['api', '--port=1'])).status).toBe(2);
  });

  it('is explained by --help', async () => {
    const { status, output } = await run(['--help']);
    expect(status).toBe(0);
    for (const word of ['api', 'consumer', 'soma', 'SOMA_DEP_WAIT_SECONDS']) expect(output).toContain(word);
  });
});

describe('the wait for servers', () => {
  it('ends as soon as each of them answers', async () => {
    const [postgres, redis, qdrant, kafka] = await Promise.all([listen(), listen(), listen(), listen()]);
    const { status, output } = await run(['api'], {
      POSTGRES_URL: `postgresql://user:p%40ss@${LOOPBACK}:${postgres.port}/db?sslmode=disable`,
      REDIS_HOST: LOOPBACK,
      REDIS_PORT: String(redis.port),
      QDRANT_URL: `http://${LOOPBACK}:${qdrant.port}`,
      KAFKA_BOOTSTRAP_SERVERS: `${LOOPBACK}:1, ${LOOPBACK}:${kafka.port}`,
    });
    await Promise.all([postgres, redis, qdrant, kafka].map(({ server }) => close(server)));
    expect(status).toBe(0);
    for (const name of ['PostgreSQL', 'Redis', 'Qdrant', 'Kafka']) {
      expect(output).toMatch(new RegExp(`${name} at .* answers after`));
    }
    expect(output).not.toContain('p%40ss');
    expect(output).toContain('ran ');
  });

  it('lasts until a server that starts late answers', async () => {
    const port = await freePort();
    const entrypoint = start(['api'], { POSTGRES_URL: `postgresql://${LOOPBACK}:${port}/db` });
    await waitFor(() => entrypoint.output().includes('waiting up to 30 s for PostgreSQL'), {
      what: () => `the message: ${entrypoint.output()}`,
    });
    expect(entrypoint.output()).not.toContain('ran ');
    const { server } = await listen(port);
    const { status, output } = await entrypoint.ended;
    await close(server);
    expect(status).toBe(0);
    expect(output).toMatch(/PostgreSQL at .* answers after/);
  });

  it('is bounded: a server that stays away is named, and the role starts', async () => {
    const { status, output } = await run(['consumer'], {
      SOMA_DEP_WAIT_SECONDS: '0.3',
      KAFKA_BOOTSTRAP_SERVERS: `${LOOPBACK}:${await freePort()}`,
    });
    expect(status).toBe(0);
    expect(output).toMatch(/Kafka at \S+ does not answer after 0\.3 s \(ECONNREFUSED\); going on/);
    expect(output).toContain('skip=unset wait=unset');
  });

  it('can be left out', async () => {
    const settings = { SOMA_SKIP_DEP_WAIT: '1', POSTGRES_URL: `postgresql://${LOOPBACK}:1/db` };
    const { output } = await run(['api'], settings);
    expect(output).not.toContain('PostgreSQL');
    expect(output).toContain('skip=unset');
  });

  it('knows no broker when events stay inside', async () => {
    const settings = { EVENTING_ENABLED: 'false', KAFKA_BOOTSTRAP_SERVERS: `${LOOPBACK}:1` };
    expect((await run(['api'], settings)).output).not.toContain('Kafka');
  });

  it('refuses a bound that is no number', async () => {
    const { status, output } = await run(['api'], { SOMA_DEP_WAIT_SECONDS: 'soon' });
    expect({ status, output }).toEqual({
      status: 2,
      output: expect.stringContaining('SOMA_DEP_WAIT_SECONDS must be a number'),
    });
  });
});

describeReal('with real servers', () => {
  it('the wait ends when all of them are there', async () => {
    const [database, redis, qdrant, kafka] = await Promise.all([
      createTestDatabase(),
      testRedis(),
      testQdrant(),
      testKafka(),
    ]);
    const { status, output } = await run(['api'], {
      POSTGRES_URL: database.url,
      REDIS_URL: redis.url,
      QDRANT_URL: qdrant.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers.join(','),
    });
    await database.drop();
    expect(status).toBe(0);
    for (const name of ['PostgreSQL', 'Redis', 'Qdrant', 'Kafka']) {
      expect(output).toMatch(new RegExp(`${name} at .* answers after`));
    }
  });
});
