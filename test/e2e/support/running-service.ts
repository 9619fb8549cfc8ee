import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringifyJson } from '@sfm/memory';
import { freePort } from '../../services/lifetime/free-port.js';
import { waitFor } from '../../services/lifetime/wait-for.js';
import { RunningProgram } from './running-program.js';

export { freePort } from '../../services/lifetime/free-port.js';

export const TOKEN = 'e2e-token-0123456789';

/** The service as a user runs it: the built program in a process of its own, with a data folder of its own. */
export class RunningService extends RunningProgram {
  private constructor(
    readonly dataDir: string,
    port: number,
    settings: Readonly<Record<string, string>>,
  ) {
    super('api', port, {
      SOMA_DATA_DIR: dataDir,
      SOMA_API_PORT: String(port),
      SOMA_API_TOKEN: TOKEN,
      SOMA_RATE_LIMIT_MAX: '0',
      SOMA_LOG_FORMAT: 'json',
      ...settings,
    });
  }

  /** Starts the embedded service and resolves when it is ready to serve. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const service = await RunningService.prepare(settings);
    await service.launch().catch(async (error: unknown) => {
      await service.dispose();
      throw error;
    });
    return service;
  }

  /** A service with its data folder and port, not started yet. */
  static async prepare(settings: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    return new RunningService(await mkdtemp(join(tmpdir(), 'sfm-e2e-')), await freePort(), settings);
  }

  /** Resolves when it serves, and recalls by words too: it serves before these are loaded. */
  override async ready(): Promise<void> {
    await super.ready();
    await waitFor(
      async () => {
        const { services } = await this.json<{ services: { name: string; healthy: boolean }[] }>('/health');
        return services.some(({ name, healthy }) => name === 'lexical_index' && healthy);
      },
      { what: () => `the words to be loaded:\n${this.output}` },
    );
  }

  /** `host:port` of gRPC, as the service says it when it serves. */
  async grpcAddress(): Promise<string> {
    const told = () => /^ {2}gRPC +(\S+)$/m.exec(this.output)?.[1];
    await waitFor(() => told() !== undefined, { what: () => `an address of gRPC:\n${this.output}` });
    return told() ?? '';
  }

  /** Stops the service and removes its data. */
  async dispose(): Promise<void> {
    await this.signal('SIGTERM');
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A request with the token and a JSON body. */
  request(
    path: string,
    options: { method?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { body, headers, signal, method = body === undefined ? 'GET' : 'POST' } = options;
    return fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
      ...(signal === undefined ? {} : { signal }),
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
