import { randomBytes } from 'node:crypto';
import { EmbeddedPostgres } from '@sfm/storage';
import pg from 'pg';
import { testEnvironment } from './environment.js';

/** A server on which tests may create databases. */
export interface TestPostgres {
  /** URL of a role that may create databases. */
  readonly adminUrl: string;
  /** Role that owns the test databases: no superuser, as in production. */
  readonly user: string;
  readonly password: string;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops it, ending connections that are still open. */
  drop(): Promise<void>;
}

/** A database that is built once per test run and then copied, say one with all migrations applied. */
export interface TestDatabaseTemplate {
  /** Lower-case identifier; one content per name. */
  readonly name: string;
  readonly build: (url: string) => Promise<void>;
}

/** Durability is worthless to a cluster that is deleted after the run, and costs most of the time. */
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

let shared: Promise<TestPostgres> | undefined;

/**
 * The PostgreSQL of this test run: SFM_TEST_POSTGRES_URL if set, else one throw-away embedded cluster shared by all
 * workers. The first spec that asks starts it, the global teardown stops it.
 */
export function testPostgres(): Promise<TestPostgres> {
  shared ??= findOrStart();
  return shared;
}

/** Makes a database of its own for a spec file, empty or copied from a template. Drop it in `afterAll`. */
export async function createTestDatabase(template?: TestDatabaseTemplate): Promise<TestDatabase> {
  const server = await testPostgres();
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withAdmin(server, async (admin) => {
    const source = template === undefined ? 'template1' : await ensureTemplate(server, admin, template);
    await createDatabase(server, admin, name, source);
  });
  return {
    name,
    url: urlOf(server, name),
    drop: () =>
      withAdmin(server, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

async function findOrStart(): Promise<TestPostgres> {
  const given = testEnvironment.postgresUrl;
  if (given !== undefined) {
    const { username, password } = new URL(given);
    return { adminUrl: given, user: decodeURIComponent(username), password: decodeURIComponent(password) };
  }
  const { runDir } = testEnvironment;
  if (runDir === undefined) throw new Error('testPostgres() needs test/global-setup.mjs as globalSetup of Jest.');
  const embedded = new EmbeddedPostgres({ dataDir: runDir, exclusive: false, settings: THROW_AWAY });
  const { superuserUrl, user, password } = await embedded.start();
  return { adminUrl: superuserUrl, user, password };
}

async function withAdmin<T>(server: TestPostgres, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function ensureTemplate(server: TestPostgres, admin: pg.Client, template: TestDatabaseTemplate): Promise<string> {
  const name = `template_${template.name}`;
  // One worker builds, the others wait; the lock goes with the connection.
  await admin.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
  const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1 AND datname LIKE 'template\\_%'", [
    name,
  ]);
  if (rowCount === 0) {
    const draft = `${name}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await createDatabase(server, admin, draft, 'template1');
    await template.build(urlOf(server, draft));
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  }
  return name;
}

async function createDatabase(server: TestPostgres, admin: pg.Client, name: string, template: string): Promise<void> {
  // Databases cannot be copied while another session copies or uses them.
  await admin.query('SELECT pg_advisory_lock(hashtext($1))', [`copy ${template}`]);
  await admin.query(`CREATE DATABASE ${name} OWNER ${server.user} TEMPLATE ${template}`);
  await admin.query('SELECT pg_advisory_unlock(hashtext($1))', [`copy ${template}`]);
}

function urlOf(server: TestPostgres, database: string): string {
  const url = new URL(server.adminUrl);
  url.username = encodeURIComponent(server.user);
  url.password = encodeURIComponent(server.password);
  url.pathname = `/${database}`;
  return url.href;
}
