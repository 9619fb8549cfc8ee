import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeWith } from '../services/availability.js';
import { startPostgres, type PostgresProcess } from '../services/postgres/postgres.js';
import { waitFor } from '../services/lifetime/wait-for.js';
import { RunningService } from './support/running-service.js';

const describeReal = await describeWith(['postgres']);
const KILLS = 3;
const WRITERS = 6;
const POOL_SIZE = 4;
/** The outbox's listener and the instance lock have connections of their own. */
const CONNECTIONS_BESIDE_THE_POOL = 2;
const STATEMENT_TIMEOUT_MS = 2000;

/** Clients that never stop, whatever they are answered. */
class Traffic {
  readonly acknowledged = new Map<string, number>();
  readonly unexpected: string[] = [];
  readonly answers = { store: new Map<number, number>(), recall: new Map<number, number>() };
  private running = true;
  private sent = 0;
  private readonly clients: Promise<void>[];

  constructor(private readonly service: RunningService) {
    this.clients = [
      ...Array.from({ length: WRITERS }, (_, writer) => this.repeat(() => this.store(writer))),
      ...Array.from({ length: 2 }, () => this.repeat(() => this.ask('recall', '/recall', { query: 'written' }))),
    ];
  }

  async end(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
  }

  /** Resolves when both kinds of request were answered so from now on. */
  async answered(store: number, recall: number): Promise<void> {
    const count = () => [this.answers.store.get(store) ?? 0, this.answers.recall.get(recall) ?? 0] as const;
    const [stores, recalls] = count();
    await waitFor(() => count()[0] >= stores + 2 * WRITERS && count()[1] >= recalls + 4, {
      what: () => `stores answered ${store} and recalls ${recall}:\n${this.service.output.slice(-3000)}`,
    });
  }

  private async repeat(request: () => Promise<unknown>): Promise<void> {
    while (this.running) await request();
  }

  private async store(writer: number): Promise<void> {
    const write = (this.sent += 1);
    const coord = `${writer},${write % 40}`;
    const status = await this.ask('store', '/store', { coord, payload: { text: `written ${write}`, write } });
    if (status === 200) this.acknowledged.set(coord, write);
  }

  private async ask(kind: 'store' | 'recall', path: string, body: object): Promise<number> {
    const response = await this.service.request(path, { body }).catch((error: unknown) => String(error));
    if (typeof response === 'string') {
      this.unexpected.push(`${kind}: ${response}`);
      return 0;
    }
    const { status } = response;
    const text = await response.text();
    this.answers[kind].set(status, (this.answers[kind].get(status) ?? 0) + 1);
    const isExpected = status === 200 || (status === 503 && Number(response.headers.get('retry-after')) >= 1);
    if (!isExpected) this.unexpected.push(`${kind}: ${status} ${text}`);
    return status;
  }
}

describeReal('a service whose PostgreSQL fails in the midst of traffic', () => {
  let server: PostgresProcess;
  let service: RunningService;
  let traffic: Traffic;
  let pid: number;

  /** As the server's administrator. */
  const administer = async <T>(work: (admin: pg.Client) => Promise<T>): Promise<T> => {
    const admin = new pg.Client({ connectionString: server.adminUrl });
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.end();
    }
  };
  const setReadOnly = (isReadOnly: boolean) =>
    administer(async (admin) => {
      await admin.query(`ALTER SYSTEM SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
      await admin.query('SELECT pg_reload_conf()');
    });
  const query = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const endConnections = (admin: pg.Client) =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [server.user]);

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_connections: '30' } });
    service = await RunningService.start({
      POSTGRES_URL: server.url,
      POSTGRES_POOL_SIZE: String(POOL_SIZE),
      POSTGRES_STATEMENT_TIMEOUT_MS: String(STATEMENT_TIMEOUT_MS),
      POSTGRES_CONNECT_TIMEOUT_MS: '1000',
    });
    pid = service.pid;
    traffic = new Traffic(service);
  });

  afterAll(async () => {
    await traffic.end();
    await service.dispose();
    await server.stop();
  });

  it('opens no more connections than its pool may have', async () => {
    await traffic.answered(200, 200);
    const [row] = await query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()',
      [server.user],
    );
    expect(row?.n).toBeGreaterThan(CONNECTIONS_BESIDE_THE_POOL);
    expect(row?.n).toBeLessThanOrEqual(POOL_SIZE + CONNECTIONS_BESIDE_THE_POOL);
  });

  it(`answers 503 while it is killed and recovers by itself, ${KILLS} times`, async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await server.kill();
      await traffic.answered(503, 503);
      await waitFor(async () => (await fetch(`${service.url}/readyz`)).status === 503);
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
      await server.start();
      await traffic.answered(200, 200);
    }
    expect(traffic.unexpected).toEqual([]);
  });

  it('answers 503 to writes, and goes on reading, while the server takes no writes, as a standby does', async () => {
    await setReadOnly(true);
    await traffic.answered(503, 200);
    await setReadOnly(false);
    await traffic.answered(200, 200);
    expect(traffic.unexpected).toEqual([]);
  });

  it('outlives an administrator who ends its connections again and again', async () => {
    for (let times = 0; times < 5; times += 1) {
      await administer(endConnections);
      await traffic.answered(200, 200);
    }
    expect(traffic.unexpected).toEqual([]);
  });

  it('answers 503 while others have all connections, and comes back when they let go', async () => {
    const greedy: pg.Client[] = [];
    const hold = async () => {
      const client = new pg.Client({ connectionString: server.url });
      client.on('error', () => undefined);
      await client.connect();
      greedy.push(client);
    };
    await administer(async (admin) => {
      // Each connection of the service that ends leaves room for one of the others.
      await waitFor(
        async () => {
          await admin.query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND application_name <> $2',
            [server.user, ''],
          );
          await Promise.allSettled(Array.from({ length: 30 }, hold));
          // One that is still being opened has no user and no name yet.
          const { rows } = await admin.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                AND (usename = $1 AND application_name = '') IS NOT TRUE`,
            [server.user],
          );
          return rows[0]?.n === 0;
        },
        { what: () => `all connections to be taken (${greedy.length})` },
      );
    });
    await traffic.answered(503, 503);
    await Promise.all(greedy.map((client) => client.end()));
    await traffic.answered(200, 200);
    expect(traffic.unexpected).toEqual([]);
  });

  it('answers 503 to a write that a lock keeps waiting beyond the statement timeout', async () => {
    await administer(async (admin) => {
      const database = new pg.Client({
        connectionString: server.adminUrl.replace(/\/[^/]*$/, new URL(server.url).pathname),
      });
      await database.connect();
      await database.query('BEGIN');
      await database.query('LOCK TABLE memories IN EXCLUSIVE MODE');
      await traffic.answered(503, 200);
      await database.query('ROLLBACK');
      await database.end();
      await admin.query('SELECT 1');
    });
    await traffic.answered(200, 200);
    expect(traffic.unexpected).toEqual([]);
  });

  it('has every acknowledged write afterwards, once in the ledger and indexed, in the same process', async () => {
    await traffic.end();
    await waitFor(
      async () => {
        const [row] = await query<{ behind: number }>(
          `SELECT (SELECT count(*) FROM outbox)::int
                + (SELECT count(*) FROM memories WHERE indexed_version < version)::int AS behind`,
        );
        return row?.behind === 0;
      },
      { what: () => 'the index to catch up' },
    );
    const rows = await query<{ key: string; write: number }>(
      "SELECT coordinate_key AS key, (payload->>'write')::int AS write FROM memories",
    );
    const stored = new Map(rows.map(({ key, write }) => [key, write]));
    expect(traffic.acknowledged.size).toBeGreaterThan(WRITERS);
    expect([...traffic.acknowledged].filter(([key, write]) => (stored.get(key) ?? -1) < write)).toEqual([]);
    expect(
      await query(
        `SELECT coordinate_key FROM memories m JOIN memory_events e USING (namespace, coordinate_key)
          GROUP BY namespace, coordinate_key, m.version HAVING count(*) <> m.version`,
      ),
    ).toEqual([]);
    expect(await query("SELECT payload->>'write' FROM memory_events GROUP BY 1 HAVING count(*) > 1")).toEqual([]);
    for (const coord of [...traffic.acknowledged.keys()].slice(0, 20)) {
      const { hits } = await service.json<{ hits: { coordinate: number[] }[] }>('/v1/recall', {
        body: { query: `written ${stored.get(coord)}`, mode: 'lexical', top_k: 5 },
      });
      expect(hits.map(({ coordinate }) => coordinate.join(','))).toContain(coord);
    }
    expect(service.pid).toBe(pid);
  });
});
