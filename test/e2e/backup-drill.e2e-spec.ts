import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { stringifyJson } from '@sfm/memory';
import { WRITTEN_NUMBERS, WRITTEN_PAYLOAD } from '@sfm/memory/testing';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { FULLNAME, render } from '../helm/chart.js';
import { podOf, type Manifest } from '../helm/manifest.js';
import { childEnvironment } from '../services/environment.js';
import { startKafka, type KafkaProcess } from '../services/kafka/kafka.js';
import { startQdrant, type QdrantProcess } from '../services/qdrant/qdrant.js';
import { findHelm } from '../services/programs/helm-program.js';
import { findS3, startS3 } from '../services/s3/s3.js';
import { findSystemPostgres, startSystemPostgres } from '../services/postgres/system-postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningConsumer } from './support/running-consumer.js';
import { RunningService } from './support/running-service.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CAUGHT_UP_MS = 60_000;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the repository to its end. */
function run(command: string, args: readonly string[], settings: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: root, env: childEnvironment(settings) }, (error, stdout, stderr) => {
      const code = error && typeof error.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, output: stdout + stderr });
    });
  });
}

const describeReal = await describeWith(['qdrant', 'kafka'], {
  pg_dump: findSystemPostgres,
  'an S3 server': findS3,
  helm: findHelm,
});

/** What the Jobs of the chart run to restore, in the order in which Helm runs them. */
async function restoreJobs(): Promise<{ command: string; args: readonly string[] }[]> {
  const switches = ['--set', 'restore.postgres.enabled=true,restore.qdrant.enabled=true'];
  const { manifests } = await render('values-production.yaml', ...switches);
  const weight = ({ metadata }: Manifest) => Number(metadata.annotations?.['helm.sh/hook-weight']);
  const jobs = manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name !== `${FULLNAME}-migrate`);
  return jobs
    .toSorted((left, right) => weight(left) - weight(right))
    .map((job) => {
      const { command = [], args = [] } = podOf(job)?.containers[0] ?? {};
      const [program = '', ...rest] = command.map((word) => word.replace(/^\/scripts\//, 'helm/files/scripts/'));
      return { command: program, args: [...rest, ...args] };
    });
}

describeReal('the disaster recovery drill', () => {
  let postgres: Awaited<ReturnType<typeof startSystemPostgres>>;
  let bucket: Awaited<ReturnType<typeof startS3>>;
  let qdrant: QdrantProcess;
  let kafka: KafkaProcess;
  let service: RunningService;
  let consumer: RunningConsumer;
  let settings: Record<string, string>;

  beforeAll(async () => {
    [postgres, bucket, qdrant, kafka] = await Promise.all([
      startSystemPostgres(),
      startS3(),
      startQdrant(),
      startKafka(),
    ]);
    settings = {
      POSTGRES_URL: postgres.url,
      QDRANT_URL: qdrant.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka.brokers.join(','),
      SOMA_BACKUP_TARGET: `s3://${bucket.bucket}/soma`,
      SOMA_BACKUP_S3_ENDPOINT: bucket.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    await launch();
  });
  afterAll(async () => {
    await Promise.all([service?.dispose(), consumer?.dispose()]);
    await Promise.all([postgres, bucket, qdrant, kafka].map((server) => server?.stop()));
  });

  async function launch(): Promise<void> {
    service = await RunningService.start(settings);
    consumer = await RunningConsumer.start(settings);
  }

  const store = (coord: string, text: string) => service.json('/store', { body: { coord, payload: { text } } });
  const verified = async () => (await run('node', ['apps/cli/dist/main.js', 'verify'], settings)).code === 0;
  const recalled = async (query: string) => {
    const { matches } = await service.json<{ matches: readonly { text: string }[] }>('/recall', { body: { query } });
    return matches.map(({ text }) => text);
  };

  /** Says something as another producer does: no key, no headers, seconds since the epoch. */
  const announce = async (coordinate: readonly number[], text: string) => {
    const id = randomUUID();
    const payload = { ...WRITTEN_PAYLOAD, text, coordinate, memory_type: 'episodic' };
    const event = { event_id: id, id, namespace: 'api_ns', type: 'created', timestamp: 1_700_000_000.5, payload };
    const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: 'memory.events', messages: [{ value: stringifyJson(event) }] });
    await producer.disconnect();
  };

  const query = async (sql: string) => {
    const client = new pg.Client(postgres.url);
    await client.connect();
    try {
      const { rows } = await client.query<{ row: Record<string, unknown> }>(sql);
      return rows.map(({ row }) => row);
    } finally {
      await client.end();
    }
  };
  /** Every column of every memory but how often it was read, which is no part of the history. */
  const memories = () =>
    query(
      `SELECT to_jsonb(m) - 'access_count' - 'last_accessed_at' AS row FROM memories m ORDER BY namespace, coordinate_key`,
    );
  const links = () =>
    query('SELECT to_jsonb(l) AS row FROM memory_links l ORDER BY namespace, from_key, link_type, to_key');
  const link = (from_coord: string, to_coord: string, more: object = {}) =>
    service.json('/graph/link', { body: { from_coord, to_coord, ...more } });

  it('brings back everything that was acknowledged, also after the backup, and nothing that was deleted', async () => {
    for (let n = 0; n < 20; n += 1) await store(`1,${n}`, `the parcel number${n}x came on a monday`);
    for (let n = 1; n < 8; n += 1) await link(`1,${n}`, '1,0', { strength: n / 10, metadata: { n } });
    await link('1,0', '7,7');
    await service.json('/memories/1,3', { method: 'DELETE' });
    await waitFor(verified, { timeoutMs: CAUGHT_UP_MS, what: () => 'the pipeline to catch up' });

    const backup = await run('node', ['apps/cli/dist/main.js', 'backup', 'create'], settings);
    expect(backup).toMatchObject({ code: 0 });
    await store('1,0', 'the parcel number0x went back');
    await store('2,1', 'the ladder came after the backup');
    await service.json('/v1/memories', {
      body: {
        coordinate: [3, 0.1],
        payload: {
          ...WRITTEN_PAYLOAD,
          text: 'until noon',
          coordinate: 'at home',
          timestamp: 'noon',
          memory_type: 7,
          importance_norm: null,
        },
        importance: 2.5,
        expires_at: '2100-01-01T12:00:00.123Z',
      },
    });
    await announce([4, 4], 'the message of another producer');
    await link('2,1', '1,0', { link_type: 'after the backup' });
    await link('1,5', '1,0', { strength: 5 });
    await service.json('/unlink', { body: { from_coord: [1, 6], to_coord: [1, 0] } });
    await service.json('/memories/1,4', { method: 'DELETE' });
    await waitFor(async () => (await memories()).some(({ coordinate_key: key }) => key === '4,4'), {
      timeoutMs: CAUGHT_UP_MS,
      what: () => 'the message of the other producer to be applied',
    });
    await waitFor(verified, { timeoutMs: CAUGHT_UP_MS, what: () => 'the pipeline to catch up' });
    const [before, linksBefore] = [await memories(), await links()];
    // Of eight before the backup and one after it, two went with their memories and one was removed.
    expect(linksBefore).toHaveLength(6);

    const early = await run('bash', ['scripts/restore_drill.sh', '--reset', '--yes'], settings);
    expect(early.code).not.toBe(0);
    expect(early.output).toContain('works on the database: stop every api and consumer process first');
    expect(await recalled('which ladder?')).toContain('the ladder came after the backup');

    await Promise.all([service.dispose(), consumer.dispose()]);
    const drill = await run('bash', ['scripts/restore_drill.sh', '--reset', '--yes'], settings);
    expect(drill).toMatchObject({ code: 0, output: expect.stringContaining('restored and verified in') });
    // The replay has indexed what it gave back: nothing of it was left to the repair.
    expect(drill.output).not.toMatch(/point_unindexed|unfinished/);
    expect(await memories()).toEqual(before);
    expect(await links()).toEqual(linksBefore);
    expect(before.every((row) => row['indexed_version'] === row['version'])).toBe(true);

    await launch();
    expect(await recalled('which ladder?')).toContain('the ladder came after the backup');
    expect(await recalled('parcel number0x')).toContain('the parcel number0x went back');
    expect(await recalled('parcel number7x')).toContain('the parcel number7x came on a monday');
    const all = [...(await recalled('parcel number3x')), ...(await recalled('parcel number4x'))];
    expect(all.filter((text) => /number[34]x/.test(text))).toEqual([]);
    for (const coordinate of ['3,0.1', '4,4']) {
      const numbers = await service.request(`/v1/memories/${coordinate}`);
      expect(await numbers.text()).toContain(`"all":[${WRITTEN_NUMBERS.join()}]`);
    }
    expect(await service.json('/stats')).toMatchObject({ total_memories: 21 });

    // As the chart does it after the loss of both stores: its Jobs one after the other, and the writers after all of them.
    await Promise.all([service.dispose(), consumer.dispose()]);
    for (const store of ['postgres', 'qdrant']) {
      const args = ['apps/cli/dist/main.js', 'backup', 'reset', store, '--yes'];
      expect(await run('node', args, settings)).toMatchObject({ code: 0 });
    }
    for (const { command, args } of await restoreJobs()) {
      expect({ args, ...(await run(command, args, settings)) }).toMatchObject({ args, code: 0 });
    }
    expect(await memories()).toEqual(before);
    expect(await links()).toEqual(linksBefore);
    await launch();
    expect(await recalled('which ladder?')).toContain('the ladder came after the backup');
  }, 480_000);

  it('says what is asked of it', async () => {
    expect(await run('bash', ['scripts/restore_drill.sh', '--help'], {})).toMatchObject({ code: 0 });
    expect(await run('bash', ['scripts/restore_drill.sh'], settings)).toMatchObject({ code: 2 });
    expect(await run('bash', ['scripts/restore_drill.sh', '--unknown'], settings)).toMatchObject({ code: 2 });
  });
});
