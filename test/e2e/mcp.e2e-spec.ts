import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../services/availability.js';
import { createTestDatabase } from '../services/postgres/postgres.js';
import { startQdrant } from '../services/qdrant/qdrant.js';
import { RunningService, TOKEN } from './support/running-service.js';

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
