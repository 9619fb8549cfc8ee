import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe as messageOf } from '../programs/cached-folder.js';
import { findDebianProgram } from '../programs/debian-package.js';
import type { TestCertificates } from '../programs/certificates.js';
import { childEnvironment } from '../environment.js';
import { LOOPBACK } from '../lifetime/free-port.js';
import { LocalServer } from '../lifetime/local-server.js';
import { findOnPath, runTool } from '../programs/run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** A redis-server that can be run here. */
export interface RedisProgram {
  readonly command: string;
  /** Where shared libraries of the package lie. */
  readonly libraryPath?: string;
  readonly version: string;
  readonly from: string;
}

export interface RedisLaunch {
  readonly folder: string;
  readonly records: string;
  readonly port: number;
  readonly password?: string;
  readonly certificates?: TestCertificates;
  readonly args?: readonly string[];
}

const HOW = 'Install redis-server, start a Docker engine, or set SFM_TEST_REDIS_URL.';
const DEBIAN = { name: 'redis-debian', packages: ['redis-server', 'redis-tools'], program: 'bin/redis-server' };

/** The redis-server on PATH, else the one of Debian's package, unpacked into the cache: the system stays as it is. */
export async function findRedis(): Promise<RedisProgram> {
  const installed = await findOnPath('redis-server');
  if (installed !== undefined) return { command: installed, from: installed, version: await versionOf(installed) };
  const { command, libraryPath } = await findDebianProgram(DEBIAN).catch((error: unknown) => {
    throw new ServerUnavailable(
      `redis-server is not installed, and Debian's package could not be fetched (${messageOf(error)}). ${HOW}`,
      { cause: error },
    );
  });
  return { command, libraryPath, from: "Debian's package", version: await versionOf(command, libraryPath) };
}

/** Keeps what it acknowledged when it is killed: every write is in the append-only file before the answer. */
export function redisServer(program: RedisProgram, launch: RedisLaunch): LocalServer {
  const { folder, records, port, password, certificates, args = [] } = launch;
  const transport =
    certificates === undefined
      ? ['--port', String(port)]
      : [
          ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'optional'],
          ...['--tls-cert-file', certificates.serverCertFile, '--tls-key-file', certificates.serverKeyFile],
          ...['--tls-ca-cert-file', certificates.caFile],
        ];
  return new LocalServer({
    name: 'Redis',
    command: program.command,
    args: [
      ...['--bind', LOOPBACK, ...transport, '--dir', folder, '--daemonize', 'no', '--loglevel', 'notice'],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...args,
    ],
    env: childEnvironment(program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath }),
    folder,
    records,
    answers: () => pong(launch),
  });
}

/** Whether it answers PING; it does not while it loads its data. */
async function pong({ port, password, certificates }: RedisLaunch): Promise<boolean> {
  return new Promise((resolve) => {
    // Whether the certificate is good is for the tests to find out.
    const options = { host: LOOPBACK, port, rejectUnauthorized: false };
    const socket: Socket = certificates === undefined ? connectPlain(options) : connectTls(options);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    let received = '';
    socket.setTimeout(1000, () => {
      settle(false);
    });
    socket.once('error', () => {
      settle(false);
    });
    socket.once('close', () => {
      settle(false);
    });
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.includes('+PONG')) settle(true);
      else if (/^-(?!NOAUTH)/m.test(received)) settle(false);
    });
    socket.write(`${password === undefined ? '' : `AUTH ${password}\r\n`}PING\r\n`);
  });
}

async function versionOf(command: string, libraryPath?: string): Promise<string> {
  const printed = await runTool(
    command,
    ['--version'],
    libraryPath === undefined ? {} : { env: { LD_LIBRARY_PATH: libraryPath } },
  );
  return /v=(\S+)/.exec(printed)?.[1] ?? printed.trim();
}
