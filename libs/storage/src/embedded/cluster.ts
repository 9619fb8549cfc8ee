import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError, explainFailure } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';
import type { LaunchIdentity } from './launch-identity.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isAlive } from './postmaster-file.js';

/** Names and passwords of the two roles of an embedded cluster. Kept in the cluster folder, mode 0600. */
export interface ClusterCredentials {
  /** The service's own role: owns the database, has no superuser rights. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** For operators and tests; the service does not use it. */
  readonly superuser: string;
  readonly superuserPassword: string;
}

/** A PostgreSQL data directory that is ready to be started. */
export interface Cluster {
  readonly dir: string;
  readonly credentials: ClusterCredentials;
  /** True when this call created the cluster. */
  readonly created: boolean;
}

/** Settings written into `postgresql.conf` of a new cluster, where an operator may change them. */
const INITIAL_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '60',
  max_wal_size: '2GB',
  // Full pages are written to the log once per checkpoint, so fewer checkpoints mean less log. Recovery stays within
  // seconds.
  checkpoint_timeout: '15min',
  // A new table grows fast, and what was planned while it was empty reads all of a namespace to find one memory.
  autovacuum_naptime: '5s',
  work_mem: '8MB',
  effective_cache_size: '512MB',
  random_page_cost: '1.1',
  jit: 'off',
  // Parallel workers need /dev/shm, which is tiny in containers, and bring nothing on two cores.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Only password logins over loopback; the socket line is for operators who set `unix_socket_directories`. */
const HOST_BASED_AUTHENTICATION = [
  '# TYPE  DATABASE  USER  ADDRESS       METHOD',
  'local   all       all                 scram-sha-256',
  'host    all       all   127.0.0.1/32  scram-sha-256',
  'host    all       all   ::1/128       scram-sha-256',
  '',
].join('\n');

const INIT_TIMEOUT_MS = 180_000;
const STALE_DRAFT_MS = 60 * 60 * 1000;
const DRAFT_PREFIX = 'postgres.init-';
const SECRETS_FILE = 'somafractalmemory.json';

export interface PrepareClusterOptions {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly identity: LaunchIdentity;
}

/** Where the cluster of a data folder lives. */
export function clusterDirOf(dataDir: string): string {
  return path.join(dataDir, 'postgres');
}

/**
 * Returns the cluster of a data folder, creating it on first use.
 *
 * A new cluster is built in a draft folder and renamed when complete, so neither a crash nor two concurrent first
 * starts leave a partial one; the slower start uses the cluster of the faster.
 *
 * @throws EmbeddedPostgresError VERSION_MISMATCH, PERMISSION_DENIED, DISK_FULL, START_FAILED
 */
export async function prepareCluster(options: PrepareClusterOptions): Promise<Cluster> {
  const dir = clusterDirOf(options.dataDir);
  await removeStaleDrafts(options.dataDir);
  const created = !(await isCluster(dir)) && (await create(dir, options));
  await assertUsable(dir, options.binaries);
  return { dir: await realpath(dir), created, credentials: await readCredentials(dir) };
}

async function isCluster(dir: string): Promise<boolean> {
  try {
    await access(path.join(dir, 'PG_VERSION'));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw explainFailure(`The PostgreSQL folder ${dir} cannot be read`, String(error), error);
  }
}

async function create(dir: string, { dataDir, binaries, identity }: PrepareClusterOptions): Promise<boolean> {
  const draft = path.join(dataDir, `${DRAFT_PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(draft, { mode: 0o700 });
    await identity.own(draft);
    await runProgram(identity, { file: binaries.initdb, args: initdbArguments(draft) });
    await writeFile(path.join(draft, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
    const credentials = newCredentials();
    await createRoles(draft, { binaries, identity }, credentials);
    await writeCredentials(draft, credentials, identity);
    return await publish(draft, dir);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw explainFailure(`The PostgreSQL cluster ${dir} could not be created`, String(error), error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function initdbArguments(draft: string): string[] {
  const settings = Object.entries(INITIAL_SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  return [
    `--pgdata=${draft}`,
    '--username=postgres',
    '--encoding=UTF8',
    // The builtin provider sorts and folds case identically on every operating system.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    // No server listens yet; pg_hba.conf is replaced before the cluster is renamed.
    '--auth=trust',
    ...settings,
  ];
}

function newCredentials(): ClusterCredentials {
  const password = (): string => randomBytes(24).toString('base64url');
  return {
    user: 'soma',
    password: password(),
    database: 'somafractalmemory',
    superuser: 'postgres',
    superuserPassword: password(),
  };
}

/** Creates the roles in single-user mode, so that no server ever listens with a trusted superuser. */
async function createRoles(
  draft: string,
  { binaries, identity }: Pick<PrepareClusterOptions, 'binaries' | 'identity'>,
  { user, password, database, superuser, superuserPassword }: ClusterCredentials,
): Promise<void> {
  // Single-user mode takes one statement per line.
  const statements = [
    `ALTER ROLE ${superuser} PASSWORD '${superuserPassword}'`,
    `CREATE ROLE ${user} LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${database} OWNER ${user}`,
  ];
  const args = ['--single', '-D', draft, '-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', 'postgres'];
  await runProgram(identity, { file: binaries.postgres, args, input: `${statements.join('\n')}\n` });
}

async function writeCredentials(dir: string, credentials: ClusterCredentials, identity: LaunchIdentity): Promise<void> {
  const file = path.join(dir, SECRETS_FILE);
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(credentials, undefined, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(file, 0o600);
  await identity.own(file);
}

/** @returns false when another start published its cluster first; that cluster is kept. */
async function publish(draft: string, dir: string): Promise<boolean> {
  try {
    await rename(draft, dir);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error) ?? '') && (await isCluster(dir))) return false;
    throw error;
  }
  await syncFolder(path.dirname(dir));
  return true;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function assertUsable(dir: string, binaries: PostgresBinaries): Promise<void> {
  const version = (await readFile(path.join(dir, 'PG_VERSION'), 'utf8')).trim();
  if (version !== binaries.major) {
    throw new EmbeddedPostgresError(
      'VERSION_MISMATCH',
      `The data folder ${dir} was made by PostgreSQL ${version}, but the bundled one is ${binaries.major}. ` +
        `Set SOMA_DATA_DIR to another folder, or move the data with PostgreSQL ${version}'s pg_dump.`,
    );
  }
}

/** The roles of a cluster. @throws EmbeddedPostgresError when the file cannot be read */
export async function readCredentials(dir: string): Promise<ClusterCredentials> {
  const file = path.join(dir, SECRETS_FILE);
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isCredentials(parsed)) return parsed;
  } catch (cause) {
    throw unusableCredentials(file, cause);
  }
  throw unusableCredentials(file);
}

function unusableCredentials(file: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'CREDENTIALS_MISMATCH',
    `The database passwords in ${file} cannot be read. Restore that file from a backup of the data folder; the memories themselves are untouched.`,
    cause === undefined ? undefined : { cause },
  );
}

function isCredentials(value: unknown): value is ClusterCredentials {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return ['user', 'password', 'database', 'superuser', 'superuserPassword'].every(
    (name) => typeof fields[name] === 'string',
  );
}

/** Removes drafts of dead processes; the draft of a live process is kept. */
async function removeStaleDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = new RegExp(`^${DRAFT_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || Number(pid) === process.pid) continue;
    const draft = path.join(dataDir, name);
    const made = await stat(draft).catch(() => undefined);
    if (made === undefined) continue;
    if ((await isAlive(Number(pid))) && Date.now() - made.mtimeMs < STALE_DRAFT_MS) continue;
    await rm(draft, { recursive: true, force: true });
  }
}

interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Text for the program's standard input. */
  readonly input?: string;
}

/** Runs a PostgreSQL program and waits for it to end. @throws EmbeddedPostgresError with its output */
async function runProgram(identity: LaunchIdentity, program: Program): Promise<void> {
  const { file, args, options } = identity.invocation(program.file, program.args);
  const name = path.basename(program.file);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'], timeout: INIT_TIMEOUT_MS });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-8192);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.input ?? '');
    child.once('error', (error) => {
      reject(explainFailure(`${name} could not be run`, `${output}\n${error.message}`, error));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(explainFailure(`${name} failed (${signal ?? `exit code ${code}`})`, output));
    });
  });
}
