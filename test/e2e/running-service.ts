import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../services/environment.js';
import { waitFor } from '../services/wait-for.js';

const MAIN = fileURLToPath(new URL('../../apps/api/dist/main.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export const TOKEN = 'e2e-token-0123456789';

/** The service as a user runs it: the built program in a process of its own, with a data folder of its own. */
export class RunningService {
  private child: ChildProcess | undefined;
  /** Everything the present process has printed. */
  output = '';

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts the embedded service and resolves when it is ready to serve. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const service = await RunningService.prepare(settings);
    await service.launch();
    return service;
  }

  /** A service with its data folder and port, not started yet. */
  static async prepare(settings: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    return new RunningService(await mkdtemp(join(tmpdir(), 'sfm-e2e-')), await freePort(), settings);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('the service is not running');
    return this.child.pid;
  }

  /** Starts the process and resolves when `/readyz` answers 200. */
  async launch(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  /** Starts the process without waiting for it. */
  spawn(): void {
    this.output = '';
    this.child = spawn(process.execPath, [MAIN], {
      env: childEnvironment({
        SOMA_DATA_DIR: this.dataDir,
        SOMA_API_PORT: String(this.port),
        SOMA_API_TOKEN: TOKEN,
        SOMA_RATE_LIMIT_MAX: '0',
        SOMA_LOG_FORMAT: 'json',
        ...this.settings,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-200_000));
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
  }

  async ready(): Promise<void> {
    await waitFor(
      async () => {
        if (this.child?.exitCode !== null) throw new Error(`the service ended:\n${this.output}`);
        return (await fetch(`${this.url}/readyz`).catch(() => null))?.status === 200;
      },
      { timeoutMs: START_TIMEOUT_MS, what: () => `the service to be ready:\n${this.output}` },
    );
  }

  /** Resolves with the exit code (null when a signal ended it). */
  async exited(): Promise<number | null> {
    const child = this.child;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  async signal(signal: NodeJS.Signals): Promise<number | null> {
    this.child?.kill(signal);
    return this.exited();
  }

  /** Stops the service and removes its data. */
  async dispose(): Promise<void> {
    await this.signal('SIGTERM');
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A request with the token and a JSON body. */
  request(
    path: string,
    options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { body, headers, method = body === undefined ? 'GET' : 'POST' } = options;
    return fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A request that must succeed; resolves with its JSON. */
  async json<T>(path: string, options: Parameters<RunningService['request']>[1] = {}): Promise<T> {
    const response = await this.request(path, options);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
