import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeWith } from '../services/availability.js';
import { childEnvironment } from '../services/environment.js';
import { createTestDatabase } from '../services/postgres/postgres.js';
import { startQdrant } from '../services/qdrant/qdrant.js';
import { RunningService, TOKEN } from './support/running-service.js';
import { SOMA } from './support/soma.js';

/** The program that tests servers of the protocol. */
const CONFORMANCE = '../../node_modules/@modelcontextprotocol/conformance/dist/index.js';
const TEST_TIMEOUT_MS = 120_000;

const describeReal = await describeWith(['postgres', 'qdrant']);

interface Backends {
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function realBackends(): Promise<Backends> {
  const [database, qdrant] = await Promise.all([createTestDatabase(), startQdrant()]);
  return {
    settings: { POSTGRES_URL: database.url, QDRANT_URL: qdrant.url },
    stop: async () => {
      await Promise.all([database.drop(), qdrant.stop()]);
    },
  };
}

function anAgentWithAMemory(start: () => Promise<Backends>): void {
  let backends: Backends;
  let service: RunningService;
  let client: Client;

  beforeAll(async () => {
    backends = await start();
    service = await RunningService.start(backends.settings);
    client = await connect();
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await client.close();
    await service.dispose();
    await backends.stop();
  }, TEST_TIMEOUT_MS);

  async function connect(): Promise<Client> {
    const made = new Client({ name: 'test', version: '1' });
    const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };
    await made.connect(new StreamableHTTPClientTransport(new URL(`${service.url}/mcp`), { requestInit }));
    return made;
  }

  async function call<Answer>(name: string, given: object): Promise<Answer & { readonly isError?: boolean }> {
    const { isError, structuredContent } = (await client.callTool({ name, arguments: { ...given } })) as CallToolResult;
    return { ...(structuredContent as Answer), ...(isError ? { isError } : {}) };
  }

  it('finds what it kept, as REST does, with reasons', async () => {
    const texts = [
      'The kettle is in the blue cupboard',
      'Ana drinks tea without milk',
      'The garden needs water on Monday',
    ];
    for (const text of texts) await call('add_memory', { text, type: 'semantic' });
    const question = { query: 'where is the kettle', top_k: 3, explain: true };
    const { hits } = await call<{ hits: { coordinate: number[]; score: number; payload: object }[] }>(
      'search_memories',
      question,
    );
    expect(hits[0]?.payload).toEqual({ text: texts[0] });
    const rest = await service.json<{ hits: typeof hits }>('/v1/recall', { body: question });
    expect(hits.map(({ coordinate }) => coordinate)).toEqual(rest.hits.map(({ coordinate }) => coordinate));
  });

  it('adds the same content once, and never over another', async () => {
    const first = await call<{ id: string; created: boolean; version: number }>('add_memory', { text: 'a cup' });
    const again = await call<{ id: string; created: boolean; version: number }>('add_memory', { text: 'a cup' });
    expect(again).toEqual({ ...first, created: false });
    await call('add_memory', { coordinate: [5, 5], text: 'first' });
    expect(await call('add_memory', { coordinate: [5, 5], text: 'second' })).toMatchObject({
      isError: true,
      error: { code: 'version_conflict' },
    });
    expect(await call('get_memory', { id: '5,5' })).toMatchObject({ payload: { text: 'first' } });
  });

  it('changes what is not true any more, and sees what it was', async () => {
    const { id } = await call<{ id: string }>('add_memory', { text: 'Ana lives in Rome', importance: 3 });
    await call('update_memory', { id, text: 'Ana lives in Oslo' });
    await call('update_memory', { id, importance: 9, metadata: { checked: true } });
    expect(await call('get_memory', { id })).toMatchObject({
      version: 3,
      importance: 9,
      payload: { text: 'Ana lives in Oslo', metadata: { checked: true } },
    });
    const { versions } = await call<{ versions: { version: number; payload: { text: string } }[] }>(
      'get_memory_history',
      { id },
    );
    expect(versions.map(({ payload }) => payload.text)).toEqual([
      'Ana lives in Oslo',
      'Ana lives in Oslo',
      'Ana lives in Rome',
    ]);
    const stale = await call('update_memory', { id, text: 'Ana lives in Bern', expected_version: 1 });
    expect(stale).toMatchObject({ isError: true, error: { code: 'version_conflict' } });
  });

  it('goes through all memories page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await call<{ memories: { id: string }[]; next_cursor: string | null }>('list_memories', {
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.memories.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor);
    const status = await call<{ memories: { total: number } }>('get_status', {});
    expect(new Set(seen).size).toBe(status.memories.total);
  });

  it('goes on after the service was restarted: there is no session to lose', async () => {
    await service.signal('SIGTERM');
    await service.launch();
    client = await connect();
    expect(await call('search_memories', { query: 'Oslo', top_k: 1 })).toMatchObject({
      hits: [{ payload: { text: 'Ana lives in Oslo' } }],
    });
  });
}

describe('an agent with a memory on the embedded backends', () => {
  anAgentWithAMemory(async () => ({ settings: {}, stop: async () => undefined }));
});

describeReal('an agent with a memory on PostgreSQL and Qdrant', () => {
  anAgentWithAMemory(realBackends);
});

/** Of a program that a host starts: the client takes no undefined values. */
function environmentOf(settings: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.entries(childEnvironment(settings));
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

describe('an agent whose host starts soma', () => {
  let folder: string;
  let service: RunningService;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sfm-mcp-'));
    service = await RunningService.start();
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true });
  }, TEST_TIMEOUT_MS);

  async function hosted(settings: Readonly<Record<string, string>>, ...flags: string[]): Promise<Client> {
    const client = new Client({ name: 'host', version: '1' });
    const args = [SOMA, ...flags, 'mcp'];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env: environmentOf(settings) }));
    return client;
  }
  const remote = () => ({ SOMA_URL: service.url, SOMA_API_TOKEN: TOKEN });

  it.each(['server-initialize', 'ping', 'tools-list', 'resources-list', 'prompts-list', 'dns-rebinding-protection'])(
    'is served as the %s test of the protocol wants it',
    async (scenario) => {
      // The program that tests knows no tokens.
      const through = createServer((asked, answer) => {
        const headers = { ...asked.headers, authorization: `Bearer ${TOKEN}` };
        const passedOn = request(service.url + (asked.url ?? ''), { method: asked.method, headers }, (from) => {
          answer.writeHead(from.statusCode ?? 502, from.headers);
          from.pipe(answer);
        });
        asked.pipe(passedOn);
      }).listen(0, '127.0.0.1');
      await once(through, 'listening');
      const url = `http://localhost:${(through.address() as AddressInfo).port}/mcp`;
      const program = fileURLToPath(new URL(CONFORMANCE, import.meta.url));
      const args = [program, 'server', '--url', url, '--scenario', scenario];
      const tested = promisify(execFile)(process.execPath, args, { cwd: folder, env: childEnvironment({}) });
      const said = await tested.then(
        ({ stdout }) => stdout,
        ({ stdout }: { stdout: string }) => stdout,
      );
      through.close();
      expect(said).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/);
    },
    TEST_TIMEOUT_MS,
  );

  it('is served as often as its key may ask, whatever it asks in one message', async () => {
    const keys: string[] = [];
    for (const name of ['one', 'other']) {
      const body = { name, scopes: ['read'], namespaces: ['*'], rate_limit: 5 };
      keys.push((await service.json<{ secret: string }>('/v1/keys', { body })).secret);
    }
    const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
    const ask = async (key: string, count: number) => {
      const body = Array.from({ length: count }, (_, id) => ping(id));
      const headers = { authorization: `Bearer ${key}`, accept: 'application/json, text/event-stream' };
      const { status, headers: answered } = await service.request('/mcp', { body, headers });
      return [status, answered.get('ratelimit-remaining'), answered.has('retry-after')];
    };
    const [one = '', other = ''] = keys;
    expect(await ask(one, 1)).toEqual([200, '4', false]);
    expect(await ask(one, 4)).toEqual([200, '0', false]);
    expect(await ask(one, 1)).toEqual([429, '0', true]);
    // What is more than the limit at once takes a whole window.
    expect(await ask(other, 6)).toEqual([200, '0', false]);
    expect(await ask(other, 1)).toEqual([429, '0', true]);
  });

  it.each<[string, () => Readonly<Record<string, string>>, () => readonly string[]]>([
    ['through a service', remote, () => []],
    ['in a folder of its own', () => ({ SOMA_API_PORT: '1' }), () => ['--data-dir', path.join(folder, 'data')]],
  ])(
    'keeps and finds memories %s',
    async (_, settings, flags) => {
      const client = await hosted(settings(), ...flags());
      expect((await client.listTools()).tools).toHaveLength(11);
      await client.callTool({ name: 'add_memory', arguments: { text: 'The kettle is blue' } });
      const found = await client.callTool({
        name: 'search_memories',
        arguments: { query: 'which colour has the kettle' },
      });
      expect(found.structuredContent).toMatchObject({ hits: [{ payload: { text: 'The kettle is blue' } }] });
      await client.close();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is told when the service is gone, and goes on when it is back',
    async () => {
      const client = await hosted(remote());
      const { port } = service;
      await service.signal('SIGTERM');
      await expect(client.callTool({ name: 'get_status' })).rejects.toThrow(/the service at .* failed/);
      await service.launch();
      expect(service.port).toBe(port);
      expect((await client.callTool({ name: 'get_status' })).structuredContent).toMatchObject({ is_ready: true });
      await client.close();
    },
    TEST_TIMEOUT_MS,
  );
});
