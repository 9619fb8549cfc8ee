import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, explainFailure } from './embedded-postgres-error.js';
import type { LaunchIdentity } from './launch-identity.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { isAlive, readPostmasterFile } from './postmaster-file.js';

const run = promisify(execFile);

/** Host the embedded server listens on: loopback only. */
export const EMBEDDED_HOST = '127.0.0.1';

const POLL_MS = 10;
const MAX_LOG_BYTES = 20 * 1024 * 1024;

export interface PostmasterOptions {
  readonly clusterDir: string;
  readonly logFile: string;
  readonly binaries: PostgresBinaries;
  readonly identity: LaunchIdentity;
  /** Extra server settings, for tests and tuning; they override all others. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Why a launch produced no server although a retry makes sense. */
export type LaunchSetback = 'somebody-else-started' | 'port-taken' | 'old-server-lingers';

/** Settings of every start: reachable over loopback only, durable, and never logging client data. */
const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: EMBEDDED_HOST,
  // Socket paths are limited to about 100 bytes, less than many data folders are deep.
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
};

/** A running PostgreSQL server process of a cluster: started by us, or found running. */
export class Postmaster {
  private constructor(
    private readonly options: PostmasterOptions,
    readonly pid: number,
    readonly port: number,
    readonly adopted: boolean,
    private readonly child?: ChildProcess,
  ) {}

  /** Takes over a server that is already accepting connections. */
  static adopt(options: PostmasterOptions, pid: number, port: number): Postmaster {
    return new Postmaster(options, pid, port, true);
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * The server runs in its own session, so that Ctrl-C in the terminal reaches only the service, which stops PostgreSQL
   * after its last request. The server also outlives a killed service, and the next start adopts it.
   *
   * @param port loopback port; a free one when undefined
   * @throws EmbeddedPostgresError when a retry is pointless, or at `deadline` (milliseconds since the epoch)
   */
  static async launch(
    options: PostmasterOptions,
    port: number | undefined,
    deadline: number,
  ): Promise<Postmaster | LaunchSetback> {
    const chosen = port ?? (await freePort());
    await boundLog(options.logFile);
    const log = await open(options.logFile, 'a', 0o600);
    const logStart = (await log.stat()).size;
    let child: ChildProcess;
    try {
      child = spawnServer(options, chosen, log.fd);
    } finally {
      await log.close();
    }
    const failure: { error?: Error } = {};
    child.once('error', (error) => (failure.error = error));
    child.unref();
    while (Date.now() < deadline) {
      if (failure.error !== undefined || hasExited(child)) {
        const output = `${await readFrom(options.logFile, logStart)}\n${failure.error?.message ?? ''}`;
        return setbackIn(output) ?? Promise.reject(explainFailure('PostgreSQL did not start', output, failure.error));
      }
      const file = await readPostmasterFile(options.clusterDir);
      if (file !== undefined && file.pid === child.pid && file.status === 'ready') {
        return new Postmaster(options, file.pid, chosen, false, child);
      }
      await delay(POLL_MS);
    }
    child.kill('SIGQUIT');
    throw new EmbeddedPostgresError(
      'START_TIMEOUT',
      `PostgreSQL did not accept connections in time; see ${options.logFile}.`,
    );
  }

  /** True while the server process exists. */
  async isAlive(): Promise<boolean> {
    if (this.child !== undefined) return !hasExited(this.child);
    return isAlive(this.pid);
  }

  /**
   * Calls `listener` soon after the server process has ended, and keeps this process running until then.
   *
   * @returns a function that stops watching
   */
  watch(listener: () => void): () => void {
    const { child } = this;
    if (child !== undefined) {
      if (hasExited(child)) {
        // The event fires once, and may have fired before the watch began.
        const telling = setImmediate(listener);
        return () => clearImmediate(telling);
      }
      child.once('exit', listener);
      child.ref();
      return () => {
        child.off('exit', listener);
        child.unref();
      };
    }
    let done = false;
    const timer = setInterval(() => {
      void isAlive(this.pid).then((alive) => {
        if (alive || done) return;
        done = true;
        clearInterval(timer);
        listener();
      });
    }, 250);
    return () => {
      done = true;
      clearInterval(timer);
    };
  }

  /**
   * Shuts the server down: open transactions are rolled back, everything committed is on disk. When that takes longer
   * than `timeoutMs`, shuts down immediately, without a checkpoint (the next start replays the log; nothing committed
   * is lost).
   *
   * @throws EmbeddedPostgresError STOP_FAILED when the server survives both
   */
  async stop(timeoutMs: number): Promise<void> {
    await this.signal('fast');
    if (await this.gone(timeoutMs)) return;
    await this.signal('immediate');
    if (await this.gone(timeoutMs)) return;
    throw new EmbeddedPostgresError('STOP_FAILED', `PostgreSQL (pid ${this.pid}) does not stop.`);
  }

  private async signal(mode: 'fast' | 'immediate'): Promise<void> {
    if (!(await this.isAlive())) return;
    if (process.platform === 'win32') {
      // Windows has no signals; pg_ctl talks to the server through its own pipe.
      await run(this.options.binaries.pgCtl, ['stop', '-W', '-m', mode, '-D', this.options.clusterDir]).catch(
        () => undefined,
      );
      return;
    }
    try {
      process.kill(this.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    } catch {
      // The process has ended in the meantime.
    }
  }

  private async gone(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (await this.isAlive()) {
      if (Date.now() >= deadline) return false;
      await delay(POLL_MS);
    }
    return true;
  }
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function spawnServer(options: PostmasterOptions, port: number, logFd: number): ChildProcess {
  const settings = { ...FIXED_SETTINGS, ...options.settings };
  const args = ['-D', options.clusterDir, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const { file, args: fullArgs, options: spawnOptions } = options.identity.invocation(options.binaries.postgres, args);
  return spawn(file, fullArgs, { ...spawnOptions, detached: true, stdio: ['ignore', logFd, logFd] });
}

function setbackIn(output: string): LaunchSetback | undefined {
  if (/lock file "postmaster\.pid" already exists|lock file "postmaster\.pid" is empty/.test(output)) {
    return 'somebody-else-started';
  }
  if (/pre-existing shared memory block/.test(output)) return 'old-server-lingers';
  if (/could not bind|Address already in use|could not create any TCP\/IP sockets/.test(output)) return 'port-taken';
  return undefined;
}

/** Asks the system for a free loopback port. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, EMBEDDED_HOST, () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no loopback port is free'));
      });
    });
  });
}

/** Limits the server's log to two files of bounded size. */
async function boundLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(logFile, path.format({ ...path.parse(logFile), base: '', ext: '.1.log' }));
}

async function readFrom(file: string, offset: number): Promise<string> {
  const content = await readFile(file);
  return content.subarray(offset).toString('utf8');
}
