import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { aWrite } from '@sfm/memory/testing';
import { MIGRATIONS } from '@sfm/migrations';
import {
  createDataSource,
  MigrationRunner,
  PostgresDatabase,
  PostgresMemoryWriter,
  resolveConnection,
  STORAGE_ENTITIES,
} from '@sfm/storage';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { toNamespace } from '@sfm/memory';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { createTestDatabase, type TestDatabase } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';

const describeReal = await describeWith(['postgres']);
const PROGRAM = fileURLToPath(new URL('support/relay-program.mjs', import.meta.url));
const RELAYS = 3;
const COORDINATES = 50;
const EVENTS = 1200;
/** Statements under way at once per pool, and events of one. */
const LANES = 3;
const BATCH = 4;
/** So rarely that what arrives was woken for. */
const NEVER_MS = 600_000;
const NAMESPACE = toNamespace('relayed');

describeReal('relays of several processes on one outbox', () => {
  let testDatabase: TestDatabase;
  let sources: Awaited<ReturnType<typeof openSource>>[];
  let relays: ChildProcess[] = [];

  const openSource = async () => {
    const dataSource = createDataSource({
      connection: await resolveConnection(testDatabase.url),
      entities: STORAGE_ENTITIES,
      migrations: MIGRATIONS,
      pool: { size: 4 },
    });
    await dataSource.initialize();
    return dataSource;
  };
  const database = () => {
    const [source] = sources;
    if (!source) throw new Error('not connected');
    return new PostgresDatabase(source);
  };
  const writers = () => sources.map((source) => new PostgresMemoryWriter(new PostgresDatabase(source)));

  const startRelays = async (count: number, pollMs: number): Promise<void> => {
    for (let relay = 0; relay < count; relay += 1) {
      const child = spawn(process.execPath, [PROGRAM, testDatabase.url, String(pollMs)], {
        env: childEnvironment({}),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      relays.push(child);
      let output = '';
      child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await waitFor(() => output.includes('relaying'), { what: () => 'a relay to start' });
    }
  };
  /** Writes all events to few coordinates, in small statements over connections of two pools. */
  const write = () =>
    Promise.all(
      writers().flatMap((writer, one) =>
        Array.from({ length: LANES }, async (_, lane) => {
          for (let n = 0; n < EVENTS / (2 * LANES * BATCH); n += 1) {
            const coordinates = Array.from({ length: BATCH }, (__, at) => [
              (7 * n + 3 * lane + one + at) % COORDINATES,
            ]);
            await writer.write(coordinates.map((coordinate) => aWrite(NAMESPACE, { coordinate })));
          }
        }),
      ),
    );
  const waiting = async () =>
    (await database().query<{ n: number }>({ text: 'SELECT count(*)::int AS n FROM outbox' }))[0]?.n;
  const drained = () => waitFor(async () => (await waiting()) === 0, { what: () => 'the outbox to be empty' });
  const published = () =>
    database().query<{ relay: number; event_id: string; key: string; version: number }>({
      text: 'SELECT relay, event_id, key, version FROM published ORDER BY position',
    });

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    sources = [await openSource(), await openSource()];
    const [first] = sources;
    if (first) await new MigrationRunner(first).migrateUp();
    await database().query({
      text: `CREATE TABLE published (position bigint GENERATED ALWAYS AS IDENTITY, relay int NOT NULL,
        event_id uuid NOT NULL, key text NOT NULL, version int NOT NULL)`,
    });
  });

  afterEach(async () => {
    for (const relay of relays.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
      relay.kill('SIGTERM');
      await once(relay, 'exit');
    }
    relays = [];
    await database().query({ text: 'TRUNCATE published' });
  });

  afterAll(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await testDatabase.drop();
  });

  it('are woken for every write, also after their connections were lost, without looking by themselves', async () => {
    await startRelays(RELAYS, NEVER_MS);
    const [writer] = writers();
    for (let n = 0; n < 20; n += 1) {
      await writer?.write([aWrite(NAMESPACE, { coordinate: [n] })]);
      await drained();
    }
    const listening = {
      text: "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    };
    const before = await database().query<{ pid: number }>(listening);
    expect(before).toHaveLength(RELAYS);
    await database().query({
      text: 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid',
      values: [before.map(({ pid }) => pid)],
    });
    await writer?.write([aWrite(NAMESPACE, { coordinate: [20] })]);
    await drained();
    await waitFor(async () => (await database().query(listening)).length === RELAYS);
    await writer?.write([aWrite(NAMESPACE, { coordinate: [21] })]);
    await drained();
    expect(await published()).toHaveLength(22);
  });

  it('publish each event once, in the order of its coordinate, and share the work', async () => {
    await startRelays(RELAYS, NEVER_MS);
    await write();
    await drained();
    const rows = await published();
    expect(rows).toHaveLength(EVENTS);
    expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(EVENTS);
    for (let x = 0; x < COORDINATES; x += 1) {
      const versions = rows.filter(({ key }) => key === String(x)).map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    }
    expect(new Set(rows.map(({ relay }) => relay)).size).toBeGreaterThan(1);
  });

  it('lose nothing when they are killed, and repeat only what a killed one had in its hands', async () => {
    await startRelays(RELAYS, 200);
    const writing = write();
    const killed = new Set<number>();
    for (let kill = 1; kill <= 3; kill += 1) {
      const enough = (EVENTS / 5) * kill;
      await waitFor(async () => (await published()).length >= enough, { what: () => 'progress' });
      const victim = relays.find(({ pid, signalCode }) => pid !== undefined && signalCode === null && !killed.has(pid));
      if (victim?.pid === undefined) throw new Error('no relay is left to kill');
      killed.add(victim.pid);
      victim.kill('SIGKILL');
      await startRelays(1, 200);
    }
    await writing;
    await drained();
    const rows = await published();
    const times = new Map<string, number[]>();
    for (const { event_id, relay } of rows) times.set(event_id, [...(times.get(event_id) ?? []), relay]);
    expect(times.size).toBe(EVENTS);
    const repeated = [...times.values()].filter((by) => by.length > 1);
    for (const by of repeated) expect(by.slice(0, -1).every((relay) => killed.has(relay))).toBe(true);
  });
});
