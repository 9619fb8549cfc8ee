import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@sfm/memory';
import { clusterDirOf, prepareCluster, type Cluster } from './cluster.js';
import { connectionTo, type EmbeddedPostgresConnection } from './embedded-postgres-connection.js';
import { EmbeddedInstanceLocked, EmbeddedPostgresError, explainFailure } from './embedded-postgres-error.js';
import { errorCode } from './error-code.js';
import { InstanceLock, type InstanceLockHolder } from '../postgres/locks/instance-lock.js';
import { LaunchIdentity } from './launch-identity.js';
import { locatePostgresBinaries } from './postgres-binaries.js';
import { EMBEDDED_HOST, Postmaster, type PostmasterOptions } from './postmaster.js';
import { disownPostmasterFile, postmasterLiveness, readPostmasterFile } from './postmaster-file.js';

/** Log of the launcher; Nest's `Logger` fits. */
export interface EmbeddedPostgresLogger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Data folder of the service; the cluster is in its subfolder `postgres`. Created when missing. */
  readonly dataDir: string;
  readonly logger?: EmbeddedPostgresLogger;
  /** Extra server settings; they override the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Time limit of one start, milliseconds, crash recovery included. @default 60000 */
  readonly startTimeoutMs?: number;
  /** Time limit of a fast shutdown, milliseconds, before an immediate one. @default 5000 */
  readonly stopTimeoutMs?: number;
  /** How long a second instance waits for the first to stop, milliseconds. @default 3000 */
  readonly lockWaitMs?: number;
  /**
   * False lets several processes share one server, for test runs: no instance lock is taken, the server is not
   * restarted, and this process may end without stopping it.
   * @default true
   */
  readonly exclusive?: boolean;
  /** The loopback port to use when it is free and no server of this data folder used another. @default a free one */
  readonly preferredPort?: number;
  /** Called when another instance has taken over the data folder; the service should shut down. */
  readonly onInstanceLockLost?: (holder: InstanceLockHolder) => void;
}

const POLL_MS = 20;
const BACKOFF = { minMs: 100, maxMs: 10_000, jitter: 0 };
const SILENT: EmbeddedPostgresLogger = { log: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * A real PostgreSQL that the service runs in its own data folder on a loopback port.
 *
 * - Durable: fsync is on; a cluster is complete or absent.
 * - Exclusive: one process per data folder, by an advisory lock that ends with the process.
 * - Resilient: a server left behind by a killed service is adopted; a server that dies is restarted on the same port.
 */
export class EmbeddedPostgres {
  private readonly logger: EmbeddedPostgresLogger;
  private readonly cancelled = new AbortController();
  private starting: Promise<EmbeddedPostgresConnection> | undefined;
  private stopping: Promise<void> | undefined;
  private launch: PostmasterOptions | undefined;
  private postmaster: Postmaster | undefined;
  private lock: InstanceLock | undefined;
  private unwatch: (() => void) | undefined;
  private recovery: Promise<void> | undefined;

  constructor(private readonly options: EmbeddedPostgresOptions) {
    this.logger = options.logger ?? SILENT;
  }

  /**
   * Creates the cluster if needed, starts or adopts its server, and takes the instance lock.
   *
   * @throws EmbeddedInstanceLocked when another process uses the data folder (its server is left undisturbed)
   * @throws EmbeddedPostgresError naming the cause and the remedy
   */
  start(): Promise<EmbeddedPostgresConnection> {
    if (this.stopping !== undefined) {
      return Promise.reject(new EmbeddedPostgresError('START_FAILED', 'This launcher was stopped.'));
    }
    this.starting ??= this.startOnce();
    return this.starting;
  }

  /** Publishes this instance's address for a second instance that is refused. */
  async announce(url: string): Promise<void> {
    await this.lock?.announce(url);
  }

  /**
   * Shuts the server down, adopted or not: fast, then immediately when it takes longer than `stopTimeoutMs`. Does
   * nothing when `start` failed or was never called. Idempotent.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async startOnce(): Promise<EmbeddedPostgresConnection> {
    const dataDir = await makeDataDir(this.options.dataDir);
    const binaries = await locatePostgresBinaries({ fallbackLinkDir: path.join(dataDir, 'postgres-lib') });
    const identity = await LaunchIdentity.choose(binaries, dataDir, clusterDirOf(dataDir));
    const cluster = await prepareCluster({ dataDir, binaries, identity });
    this.launch = {
      clusterDir: cluster.dir,
      logFile: path.join(dataDir, 'postgres.log'),
      binaries,
      identity,
      settings: this.options.settings ?? {},
    };
    const deadline = Date.now() + (this.options.startTimeoutMs ?? 60_000);
    this.postmaster = await this.takeOver(cluster, this.launch, { dataDir, deadline });
    if (this.options.exclusive !== false) this.supervise(this.postmaster);
    const { pid, port, adopted } = this.postmaster;
    this.logger.log(`PostgreSQL ${adopted ? 'adopted' : 'started'} (pid ${pid}, port ${port}, data ${cluster.dir})`);
    return connectionTo(cluster, dataDir, this.postmaster);
  }

  /** Obtains a server and the instance lock; both may disappear in between, while another instance is stopping. */
  private async takeOver(
    cluster: Cluster,
    launch: PostmasterOptions,
    { dataDir, deadline }: { readonly dataDir: string; readonly deadline: number },
  ): Promise<Postmaster> {
    let launched: Postmaster | undefined;
    try {
      for (;;) {
        const postmaster = await this.obtainServer(launch, undefined, deadline);
        if (!postmaster.adopted) launched = postmaster;
        if (this.options.exclusive === false) return postmaster;
        const lock = this.newLock(cluster, postmaster.port);
        const refusal = await this.tryToLock(lock);
        if (refusal === undefined) {
          this.lock = lock;
          return postmaster;
        }
        if ('holder' in refusal) throw new EmbeddedInstanceLocked(dataDir, refusal.holder);
        if (isLoginRefused(refusal.error)) throw loginRefused(launch.clusterDir, refusal.error);
        if (Date.now() >= deadline) {
          throw explainFailure('PostgreSQL does not answer', String(refusal.error), refusal.error);
        }
        await this.pause(POLL_MS);
      }
    } catch (error) {
      // Another instance may have adopted the server that was started here; it then owns the server.
      if (!(error instanceof EmbeddedInstanceLocked)) await launched?.stop(this.options.stopTimeoutMs ?? 5000);
      throw error;
    }
  }

  private async tryToLock(
    lock: InstanceLock,
  ): Promise<undefined | { holder: InstanceLockHolder } | { error: unknown }> {
    try {
      const holder = await lock.acquire();
      return holder === undefined ? undefined : { holder };
    } catch (error) {
      await lock.release();
      return { error };
    }
  }

  private newLock({ credentials }: Cluster, port: number): InstanceLock {
    const { user, password, database } = credentials;
    return new InstanceLock({
      host: EMBEDDED_HOST,
      port,
      user,
      password,
      database,
      waitMs: this.options.lockWaitMs ?? 3000,
      onLost: (holder) => {
        this.reportTakeOver(holder);
      },
    });
  }

  private reportTakeOver(holder: InstanceLockHolder): void {
    // The other instance owns the server now: a later stop of this instance must not touch it.
    this.unwatch?.();
    this.postmaster = undefined;
    this.logger.error(`Another instance (pid ${holder.pid ?? 'unknown'}) has taken over the data folder.`);
    this.options.onInstanceLockLost?.(holder);
  }

  /** Adopts the running server of the cluster, or starts one; waits for one that is starting up or shutting down. */
  private async obtainServer(
    launch: PostmasterOptions,
    port: number | undefined,
    deadline: number,
  ): Promise<Postmaster> {
    let wanted = port;
    let freshPort = false;
    while (Date.now() < deadline) {
      const file = await readPostmasterFile(launch.clusterDir);
      const liveness = file === undefined ? 'dead' : await postmasterLiveness(launch.clusterDir, file);
      if (file !== undefined && liveness === 'alive') {
        if (file.status === 'ready' && file.port !== undefined) {
          return Postmaster.adopt(launch, file.pid, file.port);
        }
        await this.pause(POLL_MS);
        continue;
      }
      if (file !== undefined && liveness === 'foreign') await disownPostmasterFile(launch.clusterDir, file);
      // Prefer the port of a killed server: connection pools of a still running process reconnect there.
      if (!freshPort) wanted ??= file?.port ?? this.options.preferredPort;
      const launched = await Postmaster.launch(launch, wanted, deadline);
      if (launched instanceof Postmaster) return launched;
      if (launched === 'port-taken') {
        if (port !== undefined) {
          throw new EmbeddedPostgresError('START_FAILED', `Port ${port} is in use by another program.`);
        }
        wanted = undefined;
        freshPort = true;
      }
      await this.pause(5 * POLL_MS);
    }
    throw new EmbeddedPostgresError('START_TIMEOUT', `PostgreSQL was not ready in time; see ${launch.logFile}.`);
  }

  private supervise(postmaster: Postmaster): void {
    this.unwatch = postmaster.watch(() => {
      if (this.stopping !== undefined) return;
      this.logger.error(`PostgreSQL (pid ${postmaster.pid}) died; restarting it on port ${postmaster.port}.`);
      this.recovery = this.recover(postmaster.port);
    });
  }

  /** Restarts on the same port until it works, so that every pool recovers by itself. */
  private async recover(port: number): Promise<void> {
    const { launch } = this;
    if (launch === undefined) return;
    for (let attempt = 1; this.stopping === undefined; attempt += 1) {
      try {
        const deadline = Date.now() + (this.options.startTimeoutMs ?? 60_000);
        const postmaster = await this.obtainServer(launch, port, deadline);
        if (postmaster.port !== port) {
          this.postmaster = undefined;
          this.reportTakeOver({});
          return;
        }
        this.postmaster = postmaster;
        this.logger.log(`PostgreSQL is back (pid ${this.postmaster.pid}, port ${this.postmaster.port})`);
        this.supervise(this.postmaster);
        return;
      } catch (error) {
        if (this.stopping !== undefined) return;
        this.logger.error(
          `PostgreSQL could not be restarted: ${error instanceof Error ? error.message : String(error)}`,
        );
        await this.pause(backoffMs(attempt, BACKOFF)).catch(() => undefined);
      }
    }
  }

  private async stopOnce(): Promise<void> {
    this.unwatch?.();
    this.cancelled.abort();
    await this.starting?.catch(() => undefined);
    await this.recovery;
    this.unwatch?.();
    // The lock outlives the server, so that no other instance adopts a server that is about to stop.
    this.lock?.expectShutdown();
    try {
      await this.postmaster?.stop(this.options.stopTimeoutMs ?? 5000);
    } finally {
      await this.lock?.release();
    }
    if (this.postmaster !== undefined) this.logger.log('PostgreSQL stopped');
  }

  private pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.cancelled.signal });
  }
}

async function makeDataDir(dataDir: string): Promise<string> {
  try {
    // Root's server runs as another user, who must be able to enter the folder.
    await mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o755 : 0o700 });
    return await realpath(dataDir);
  } catch (error) {
    throw explainFailure(`The data folder ${path.resolve(dataDir)} cannot be made`, String(error), error);
  }
}

function isLoginRefused(error: unknown): boolean {
  const code = errorCode(error);
  return code === '28P01' || code === '28000' || code === '3D000';
}

function loginRefused(clusterDir: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'CREDENTIALS_MISMATCH',
    `The PostgreSQL of ${clusterDir} refuses the password kept in that folder. Was the file restored from another backup?`,
    { cause },
  );
}
