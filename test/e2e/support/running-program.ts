import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../services/environment.js';
import { waitFor } from '../../services/lifetime/wait-for.js';

const START_TIMEOUT_MS = 120_000;
const LAST_WORDS_MS = 10_000;

/** One of the built programs, run as a user runs it: a process of its own that answers `/readyz`. */
export class RunningProgram {
  private child: ChildProcess | undefined;
  private ended: Promise<unknown> = Promise.resolve();
  private closed: Promise<unknown> = Promise.resolve();
  /** Everything the present process has printed. */
  output = '';
  /** Script of package.json to start it by, as supervisors do; the program itself otherwise. */
  script: string | undefined;
  /** Told of every line that any of its processes prints. */
  onLine: (line: string) => void = () => {};

  constructor(
    /** The built app: `api`. */
    private readonly app: string,
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`the ${this.app} is not running`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts the process and resolves when `/readyz` answers 200. */
  async launch(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Starts the process without waiting for it. */
  spawn(): void {
    this.output = '';
    const repository = fileURLToPath(new URL('../../../', import.meta.url));
    const main = `${repository}apps/${this.app}/dist/main.js`;
    const [program, args] =
      this.script === undefined ? [process.execPath, [main]] : ['npm', ['run', '--silent', this.script]];
    this.child = spawn(program, args, {
      cwd: repository,
      env: childEnvironment(this.environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'exit');
    this.closed = once(this.child, 'close');
    let unfinished = '';
    const collect = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-200_000);
      const lines = (unfinished + chunk.toString()).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) this.onLine(line);
    };
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
  }

  async ready(): Promise<void> {
    await waitFor(
      async () => {
        if (!this.isRunning) throw new Error(`the ${this.app} ended:\n${this.output}`);
        return (await fetch(`${this.url}/readyz`).catch(() => null))?.status === 200;
      },
      { timeoutMs: START_TIMEOUT_MS, what: () => `the ${this.app} to be ready:\n${this.output}` },
    );
  }

  /** Resolves with the exit code (null when a signal ended it) when all that it printed is in `output`. */
  async exited(): Promise<number | null> {
    await this.ended;
    // Its workers, which end after it when it is killed, hold the pipes too.
    await Promise.race([this.closed, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    return this.child?.exitCode ?? null;
  }

  async signal(signal: NodeJS.Signals): Promise<number | null> {
    this.child?.kill(signal);
    return this.exited();
  }
}
