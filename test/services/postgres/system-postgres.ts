import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childEnvironment } from '../environment.js';
import { freePort, LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { findOnPath, runTool } from '../programs/run-tool.js';
import { ServerUnavailable, type ServerProcess } from '../lifetime/server-process.js';
import { noteUse, privatePlace } from '../lifetime/shared-server.js';
import { isAnswering } from './is-answering.js';

const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root. */
const ACCOUNT = 'nobody';
const HOW = "Install PostgreSQL with its client programs (Debian's package postgresql).";

/**
 * A PostgreSQL of a test's own, of the version of the `pg_dump` on the path: the bundled binaries have no client
 * programs, and a dump needs one that is at least as new as its server.
 *
 * @throws ServerUnavailable
 */
export async function startSystemPostgres(): Promise<ServerProcess & { readonly url: string }> {
  const bin = await findSystemPostgres();
  const { records } = privatePlace('system-postgres');
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-system-postgres-'));
  await chmod(folder, 0o755);
  const cluster = path.join(folder, 'cluster');
  const password = randomBytes(12).toString('hex');
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o644 });
  await mkdir(cluster, { mode: 0o700 });
  if (isRoot()) await runTool('chown', [ACCOUNT, cluster]);
  const initdb = asOrdinaryUser(path.join(bin, 'initdb'), [
    ...['-D', cluster, '-U', 'soma', '--pwfile', passwordFile, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale'],
  ]);
  await runTool(initdb.command, initdb.args);
  const port = await freePort();
  const url = `postgresql://soma:${password}@${LOOPBACK}:${port}/postgres`;
  const server = new LocalServer({
    name: 'PostgreSQL',
    ...asOrdinaryUser(path.join(bin, 'postgres'), [
      ...['-D', cluster, '-c', `listen_addresses=${LOOPBACK}`, '-c', `port=${port}`],
      ...['-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    ]),
    env: childEnvironment({}),
    folder,
    records,
    answers: () => isAnswering(url),
  });
  await server.start();
  await noteUse('postgres', 'own process');
  return Object.assign(server, { url });
}

/**
 * The folder that holds `postgres` and `initdb` of the version of the installed `pg_dump`.
 *
 * @throws ServerUnavailable
 */
export async function findSystemPostgres(): Promise<string> {
  if ((await findOnPath('pg_dump')) === undefined) throw new ServerUnavailable(`pg_dump is not installed. ${HOW}`);
  const major = /(\d+)(\.\d+)?/.exec(await runTool('pg_dump', ['--version']))?.[1] ?? '';
  const configured = await runTool('pg_config', ['--bindir']).catch(() => '');
  for (const bin of [path.join(DEBIAN, major, 'bin'), configured.trim()]) {
    const programs = await readdir(bin).catch((): string[] => []);
    if (programs.includes('postgres') && programs.includes('initdb')) return bin;
  }
  throw new ServerUnavailable(`There is a pg_dump ${major}, and no server of that version. ${HOW}`);
}

/** The newest version that Debian's packages installed here, as the image of PostgreSQL does. @throws ServerUnavailable */
export async function findDebianPostgres(): Promise<string> {
  const versions = await readdir(DEBIAN).catch((): string[] => []);
  const newest = versions.toSorted((left, right) => Number(left) - Number(right)).at(-1);
  if (newest === undefined) throw new ServerUnavailable(`There is no ${DEBIAN}. ${HOW}`);
  return newest;
}

function asOrdinaryUser(command: string, args: readonly string[]): { command: string; args: readonly string[] } {
  if (!isRoot()) return { command, args };
  return { command: 'setpriv', args: [`--reuid=${ACCOUNT}`, '--clear-groups', command, ...args] };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
