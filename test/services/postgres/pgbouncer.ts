import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { freePort, LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace } from '../lifetime/shared-server.js';
import { describe as messageOf } from '../programs/cached-folder.js';
import { findDebianProgram, type UnpackedProgram } from '../programs/debian-package.js';
import { findOnPath } from '../programs/run-tool.js';
import { isAnswering } from './is-answering.js';

/** Its account, when the tests run as root: it refuses to. */
const ACCOUNT = 'nobody';
const DEBIAN = {
  name: 'pgbouncer-debian',
  packages: ['pgbouncer'],
  program: 'sbin/pgbouncer',
  without: /^postgresql-common$/,
};

/** The pgbouncer on PATH, else the one of Debian's package. @throws ServerUnavailable */
export async function findPgBouncer(): Promise<UnpackedProgram> {
  const installed = await findOnPath('pgbouncer');
  if (installed !== undefined) return { command: installed, libraryPath: '' };
  return findDebianProgram(DEBIAN).catch((error: unknown) => {
    throw new ServerUnavailable(`PgBouncer is not installed, and cannot be fetched (${messageOf(error)}).`, {
      cause: error,
    });
  });
}

/**
 * A PgBouncer in front of a database, as one sets it up: a connection is given for one transaction, and nothing that a session
 * sets is let through.
 *
 * @param serverUrl of the database, with its user and password
 * @param connections to the server, of which fewer make it likelier that two clients meet on one
 */
export async function startPgBouncer(
  serverUrl: string,
  { connections, mode = 'transaction' }: { readonly connections: number; readonly mode?: 'transaction' | 'session' },
): Promise<ServerProcess & { readonly url: string }> {
  const { command, libraryPath } = await findPgBouncer();
  const { records } = privatePlace('pgbouncer');
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-pgbouncer-'));
  await chmod(folder, 0o755);
  const server = new URL(serverUrl);
  const [user, password, database] = [server.username, server.password, server.pathname.slice(1)].map(
    decodeURIComponent,
  );
  const port = await freePort();
  const users = path.join(folder, 'users');
  await writeFile(users, `"${user}" "${password}"\n`);
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
${database} = host=${server.hostname} port=${server.port} dbname=${database}
[pgbouncer]
listen_addr = ${LOOPBACK}
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${connections}
max_client_conn = 200
`,
  );
  const url = `postgresql://${server.username}:${server.password}@${LOOPBACK}:${port}/${database}`;
  // It gives up root by itself: started as another user it would not look into the folder of its libraries.
  const args = [...(process.getuid?.() === 0 ? ['--user', ACCOUNT] : []), file];
  const env = childEnvironment(libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath });
  const answers = () => isAnswering(url);
  const started = new LocalServer({ name: 'PgBouncer', command, args, env, folder, records, answers });
  await started.start();
  await noteUse('postgres', 'own process');
  return Object.assign(started, { url });
}
