import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { EmbeddedPostgres } from '@sfm/storage';
import pg from 'pg';
import { makeCertificates, type TestCertificates } from '../programs/certificates.js';
import { testEnvironment } from '../environment.js';
import { recordProcess } from '../lifetime/local-server.js';
import { oncePerRun, type SharedState } from '../lifetime/once-per-run.js';
import { CERTIFICATE_ROLE, PostgresServer } from './postgres-process.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace, recordsFolder, runFolder, sharedServer } from '../lifetime/shared-server.js';

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

export interface PostgresOptions {
  /** Server settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export type PostgresProcess = ServerProcess & TestPostgres & { readonly url: string };

/** Refuses plain text. `certificateRole` logs in with the client certificate alone. */
export type TlsPostgresProcess = PostgresProcess & {
  readonly certificates: TestCertificates;
  readonly certificateRole: string;
};

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
 * The PostgreSQL of this test run, shared by all workers: SFM_TEST_POSTGRES_URL if set, else a container, else one
 * throw-away embedded cluster. The first spec that asks starts it, the global teardown stops it.
 *
 * @throws ServerUnavailable saying how to get one
 */
export function testPostgres(): Promise<TestPostgres> {
  shared ??= findOrStart();
  return shared;
}

/** A durable PostgreSQL of the test's own, with a database for `user`. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresProcess> {
  const server = new PostgresServer(privatePlace('postgres'), options.settings);
  await server.start();
  await noteUse('postgres', 'own process');
  return server;
}

/** A PostgreSQL of the test's own that takes encrypted connections only. */
export async function startTlsPostgres(): Promise<TlsPostgresProcess> {
  const place = privatePlace('postgres');
  const certificates = await makeCertificates(path.join(place.folder, 'tls'), CERTIFICATE_ROLE);
  const server = new PostgresServer(place);
  await server.start();
  await server.demandTls(certificates);
  await noteUse('postgres', 'own process');
  return Object.assign(server, { certificates, certificateRole: CERTIFICATE_ROLE });
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
    const server = { adminUrl: given, user: decodeURIComponent(username), password: decodeURIComponent(password) };
    await assertAnswers(server);
    await noteUse('postgres', 'given');
    return server;
  }
  const { state, source } = await sharedServer('postgres', startEmbedded);
  const server = source === 'compose' ? await withOrdinaryRole(state['address'] ?? '') : parse(state);
  await noteUse('postgres', source);
  return server;
}

async function startEmbedded(): Promise<SharedState> {
  const embedded = new EmbeddedPostgres({ dataDir: runFolder(), exclusive: false, settings: THROW_AWAY });
  const { superuserUrl, user, password, pid } = await embedded.start();
  await recordProcess(recordsFolder(), pid, 'SIGQUIT');
  return { adminUrl: superuserUrl, user, password };
}

function parse({ adminUrl = '', user = '', password = '' }: SharedState): TestPostgres {
  return { adminUrl, user, password };
}

/** The container has a superuser only; what is tested has none in production. */
async function withOrdinaryRole(adminUrl: string): Promise<TestPostgres> {
  const state = await oncePerRun(runFolder(), 'postgres-role', async () => {
    const server = { adminUrl, user: 'soma', password: randomBytes(12).toString('hex') };
    await withAdmin(server, async (admin) => {
      await admin.query(`CREATE ROLE ${server.user} LOGIN PASSWORD '${server.password}'`);
    });
    return server;
  });
  return parse(state);
}

async function assertAnswers(server: TestPostgres): Promise<void> {
  try {
    await withAdmin(server, async (admin) => void (await admin.query('SELECT 1')));
  } catch (cause) {
    const { host } = new URL(server.adminUrl);
    throw new ServerUnavailable(`SFM_TEST_POSTGRES_URL (${host}) cannot be used: ${String(cause)}`, { cause });
  }
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
