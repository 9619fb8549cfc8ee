import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

/** How to run one server. */
export interface ServerProgram {
  /** For messages: `Redis`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Working folder: its data, and its log `server.log`. */
  readonly folder: string;
  /** Where the pid is noted, so that the server can be ended when whoever started it is gone. */
  readonly records: string;
  /** Whether a client would be served now; `log` is what this start has printed. */
  readonly answers: (log: () => Promise<string>) => Promise<boolean>;
  /** @default 60000 */
  readonly startTimeoutMs?: number;
}

const POLL_MS = 25;
const LOG_LINES = 25;

/** The server process ended, or did not answer in time; the message ends with the last lines of its log. */
export class ServerDidNotStart extends Error {
  override readonly name = 'ServerDidNotStart';
  constructor(
    message: string,
    readonly log: string,
  ) {
    super(`${message}\n${log}`);
  }

  get isPortTaken(): boolean {
    return /address (is )?already in use|failed to bind|EADDRINUSE/i.test(this.log);
  }
}

/** A server run as a process of this machine. It outlives the process that started it, until somebody ends it. */
export class LocalServer implements ServerProcess {
  private child: ChildProcess | undefined;
  private gone: Promise<void> = Promise.resolve();
  private spawnError = '';

  constructor(private readonly program: ServerProgram) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws ServerDidNotStart */
  async start(): Promise<void> {
    if (this.child !== undefined) return;
    const { name, startTimeoutMs = 60_000, answers } = this.program;
    const logStart = await this.launch();
    const deadline = performance.now() + startTimeoutMs;
    const log = (): Promise<string> => this.readLog(logStart);
    while (!(await answers(log))) {
      if (this.child === undefined) throw await this.failure(`${name} ended while starting.`, logStart);
      if (performance.now() > deadline) {
        await this.kill();
        throw await this.failure(`${name} did not answer within ${startTimeoutMs} ms.`, logStart);
      }
      await delay(POLL_MS);
    }
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.gone;
  }

  async freeze(): Promise<readonly number[]> {
    this.child?.kill('SIGSTOP');
    return this.pid === undefined ? [] : [this.pid];
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Its data is worthless now, and a polite end takes some servers seconds. */
  async stop(): Promise<void> {
    await this.kill();
  }

  /** @returns the length of the log before this start */
  private async launch(): Promise<number> {
    const { command, args, env, folder, records } = this.program;
    await mkdir(folder, { recursive: true });
    await mkdir(records, { recursive: true });
    const log = await open(this.logFile, 'a');
    try {
      const logStart = (await stat(this.logFile)).size;
      const child = spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', log.fd, log.fd] });
      this.child = child;
      this.gone = new Promise((resolve) => {
        const settle = (): void => {
          this.child = undefined;
          resolve();
          if (child.pid !== undefined) void rm(path.join(records, String(child.pid)), { force: true });
        };
        child.once('exit', settle);
        child.once('error', (error) => {
          this.spawnError = `\n${error.message}`;
          settle();
        });
      });
      child.unref();
      if (child.pid !== undefined) await recordProcess(records, child.pid);
      return logStart;
    } finally {
      await log.close();
    }
  }

  private get logFile(): string {
    return path.join(this.program.folder, 'server.log');
  }

  private async readLog(from: number): Promise<string> {
    return (await readFile(this.logFile)).subarray(from).toString('utf8');
  }

  private async failure(message: string, logStart: number): Promise<ServerDidNotStart> {
    const lines = (await this.readLog(logStart)).trimEnd().split('\n');
    return new ServerDidNotStart(
      `${message} ${this.logFile} ends with:`,
      lines.slice(-LOG_LINES).join('\n') + this.spawnError,
    );
  }
}

/** Notes a process for end-processes.mjs, with the signal that ends it when its data is worthless. */
export async function recordProcess(records: string, pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  await mkdir(records, { recursive: true });
  await writeFile(path.join(records, String(pid)), signal);
}

/** Starts what `build` describes on ports it chooses anew when somebody else was faster to take one. */
export async function startAnew<T extends ServerProcess>(build: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const server = await build();
    try {
      await server.start();
      return server;
    } catch (error) {
      if (tries === 3 || !(error instanceof ServerDidNotStart) || !error.isPortTaken) throw error;
    }
  }
}
