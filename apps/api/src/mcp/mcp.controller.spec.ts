import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttp, TEAM_TOKEN, TOKEN, type HttpHarness } from '../../test/http-harness.js';

let http: HttpHarness;
let base: string;
const open: Client[] = [];

beforeAll(async () => {
  http = await startHttp();
  await http.app.listen(0, '127.0.0.1');
  base = await http.app.getUrl();
});
afterAll(async () => {
  for (const client of open) await client.close();
  await http.close();
});

async function connect(path = '/mcp', headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${TOKEN}`, ...headers } };
  await client.connect(new StreamableHTTPClientTransport(new URL(base + path), { requestInit }));
  open.push(client);
  return client;
}

async function call(client: Client, name: string, given: object): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: { ...given } })) as CallToolResult;
}
const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '');

/** Sends a body as it is. */
const post = (body: unknown, headers: Readonly<Record<string, string>> = {}, path = '/mcp') =>
  fetch(base + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const request = (method: string, params: object = {}, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});

describe('the official client', () => {
  it('finds all tools with their arguments and hints', async () => {
    const client = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'somafractalmemory', version: '9.9.9' });
    expect(client.getInstructions()).toContain('long-term memory');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'add_memories',
      'add_memory',
      'delete_memories',
      'find_path',
      'get_memory',
      'get_memory_history',
      'get_status',
      'link_memories',
      'list_memories',
      'search_memories',
      'update_memory',
    ]);
    for (const { name, description, inputSchema, annotations } of tools) {
      expect({ name, described: (description ?? '').length > 40, type: inputSchema.type }).toEqual({
        name,
        described: true,
        type: 'object',
      });
      expect(JSON.stringify(inputSchema)).not.toMatch(/\$ref|x-at-most/);
      const reads = /^(search|get|list|find)_/.test(name);
      expect({ name, reads: annotations?.readOnlyHint }).toEqual({ name, reads });
    }
    const destructive = tools.filter(({ annotations }) => annotations?.destructiveHint).map(({ name }) => name);
    expect(destructive.sort()).toEqual(['delete_memories', 'update_memory']);
  });

  it('adds, reads, changes, links and deletes, by ids', async () => {
    const client = await connect('/mcp', { 'x-soma-namespace': 'agents' });
    const added = await call(client, 'add_memory', { text: 'The kettle is blue', type: 'semantic' });
    const { id } = added.structuredContent as { id: string };
    expect(added.structuredContent).toMatchObject({ version: 1, created: true });
    expect((await call(client, 'get_memory', { id })).structuredContent).toMatchObject({
      id,
      type: 'semantic',
      payload: { text: 'The kettle is blue' },
    });
    const changed = await call(client, 'update_memory', { id, text: 'The kettle is red' });
    expect(changed.structuredContent).toMatchObject({ id, version: 2 });
    expect(textOf(await call(client, 'get_memory', { id }))).toContain('The kettle is red');
    const both = await call(client, 'add_memories', {
      memories: [{ text: 'A cup' }, { text: 7 }, { payload: { text: 'A jug' } }],
    });
    expect(both.structuredContent).toMatchObject({
      kept: 2,
      failed: 1,
      results: [
        { index: 0, created: true },
        { index: 1, error: { code: 'invalid_request' } },
        { index: 2, created: true },
      ],
    });
    const [cup] = (both.structuredContent as { results: { id: string }[] }).results;
    const linked = await call(client, 'link_memories', { from: id, to: cup?.id, type: 'beside' });
    expect(linked.structuredContent).toMatchObject({ from: id, to: cup?.id, type: 'beside', created: true });
    expect((await call(client, 'find_path', { from: id, to: cup?.id })).structuredContent).toMatchObject({
      found: true,
      path: [id, cup?.id],
    });
    expect((await call(client, 'get_status', {})).structuredContent).toMatchObject({
      namespace: 'agents',
      may_write: true,
      is_ready: true,
    });
    const deleted = await call(client, 'delete_memories', { ids: [id, '9,9,9'] });
    expect(deleted.structuredContent).toEqual({ deleted: 1, not_there: 1 });
    expect(await call(client, 'get_memory', { id })).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'memory_not_found' } },
    });
  });

  it('reads what there is as resources, and the prompt', async () => {
    const client = await connect();
    await call(client, 'add_memory', { coordinate: [6, 1.5], text: 'a spoon' });
    const [memory] = (await client.readResource({ uri: 'memory://memories/6,1.5' })).contents;
    expect(memory).toMatchObject({ mimeType: 'application/json', text: expect.stringContaining('a spoon') });
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['memory://status']);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    await expect(client.readResource({ uri: 'memory://memories/404' })).rejects.toThrow(/there is no memory:/);
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow(/there is no file:/);
    const { messages } = await client.getPrompt({ name: 'use_memory', arguments: { topic: 'kettles' } });
    expect(JSON.stringify(messages)).toMatch(/search_memories.*searching for: kettles/);
  });
});

describe('a model that is wrong', () => {
  it.each<[string, object, RegExp]>([
    ['search_memories', {}, /^invalid_request: query is required/],
    ['search_memories', { query: ' ' }, /^invalid_request: query must not be empty/],
    ['search_memories', { query: 'x', top_k: 'five' }, /^invalid_request: top_k must be a finite number/],
    ['search_memories', { query: 'x', topk: 5 }, /^invalid_request: topk /],
    ['get_memory', { id: 'the first one' }, /^invalid_coordinate: id /],
    ['add_memory', {}, /^invalid_request: text must be there, or payload/],
    ['update_memory', { id: '1,2' }, /^invalid_request: text must be there, or payload/],
    ['delete_memories', { ids: [] }, /^invalid_request: ids /],
    ['delete_memories', { filter: { tag: 'x' } }, /^invalid_request: .*ids is required/],
    ['list_memories', { cursor: 'x' }, /^unknown_cursor: cursor /],
    ['find_path', { from: '1', to: '2', max_depth: 100 }, /^invalid_request: max_depth /],
  ])('is told by %s what was wrong with %j', async (name, given, told) => {
    const result = await call(await connect(), name, given);
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(told);
  });

  it('is told which tools there are', async () => {
    const client = await connect();
    await expect(client.callTool({ name: 'forget_everything' })).rejects.toThrow(
      /no tool forget_everything; there are: search_memories/,
    );
  });

  it('gets large memories in pieces, and is told so', async () => {
    const client = await connect('/mcp/large');
    const text = 'kettle '.repeat(20_000);
    await call(client, 'add_memory', { coordinate: [1], text });
    let from: number | null = 0;
    let read = '';
    while (from !== null) {
      const { structuredContent } = await call(client, 'get_memory', { id: '1', payload_from: from });
      const { payload_excerpt: piece } = structuredContent as {
        payload_excerpt: { text: string; next_from: number | null };
      };
      read += piece.text;
      from = piece.next_from;
    }
    expect(JSON.parse(read)).toEqual({ text });
    const listed = await call(client, 'list_memories', {});
    expect(textOf(listed).length).toBeLessThan(110_000);
    expect(textOf(listed)).toContain('read the rest with get_memory');
  });
});

describe('a caller', () => {
  it('has the namespace of the address, or of the header, and no other', async () => {
    await call(await connect('/mcp/team_a', { authorization: `Bearer ${TEAM_TOKEN}` }), 'add_memory', {
      coordinate: [1],
      text: 'ours',
    });
    const theirs = await call(await connect('/mcp/team_b'), 'get_memory', { id: '1' });
    expect(textOf(theirs)).toMatch(/^memory_not_found/);
    expect((await post(request('ping'), { authorization: `Bearer ${TEAM_TOKEN}` }, '/mcp/foreign')).status).toBe(403);
    expect((await post(request('ping'), { 'x-soma-namespace': 'team_b' }, '/mcp/team_a')).status).toBe(422);
  });

  it('that may only read finds no other tools, and is refused those', async () => {
    const client = await connect('/mcp?read_only=true');
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    expect(textOf(await call(client, 'add_memory', { text: 'x' }))).toMatch(/^scope_forbidden/);
  });

  it.each<[string, number, Readonly<Record<string, string>>]>([
    ['no token', 401, { authorization: '' }],
    ['a wrong token', 403, { authorization: 'Bearer wrong' }],
    ['a foreign origin', 403, { origin: 'https://evil.example' }],
    ['the origin of no page', 403, { origin: 'null' }],
    ['an unknown version', 422, { 'mcp-protocol-version': '1999-01-01' }],
    ['no wish for JSON', 406, { accept: 'text/html' }],
  ])('with %s is refused', async (_, status, headers) => {
    expect((await post(request('tools/list'), headers)).status).toBe(status);
  });

  it('from an allowed origin is served', async () => {
    expect((await post(request('ping'), { origin: 'https://app.example' })).status).toBe(200);
    expect((await post(request('ping'), { origin: base })).status).toBe(200);
  });
});

describe('the wire', () => {
  it('answers lists of messages with lists, and messages that ask nothing with 202', async () => {
    const both = await post([
      request('ping', {}, 'a'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      request('tools/list', {}, 2),
    ]);
    expect(await both.json()).toMatchObject([
      { id: 'a', result: {} },
      { id: 2, result: { tools: expect.any(Array) } },
    ]);
    const none = await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect([none.status, await none.text()]).toEqual([202, '']);
  });

  it.each<[string, unknown]>([
    ['no message', { hello: 'world' }],
    ['a text', '"tools/list"'],
    ['an empty list', []],
    ['too many', Array(51).fill(request('ping'))],
    ['the same id twice', [request('ping'), request('ping')]],
    ['another version', { ...request('ping'), jsonrpc: '1.0' }],
  ])('refuses %s as the protocol does', async (_, body) => {
    const answer = await post(body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { jsonrpc: '2.0', id: null, error: { code: -32600 } },
    ]);
  });

  it.each<[string, object | undefined, string]>([
    ['tools/call', undefined, 'params: '],
    ['tools/call', { name: 5 }, 'params.name: '],
    ['tools/call', { name: 'get_status', arguments: 'x' }, 'params.arguments: '],
    ['resources/read', {}, 'params.uri: '],
    ['prompts/get', { arguments: {} }, 'params.name: '],
    ['initialize', {}, 'params.protocolVersion: '],
  ])('says what is wrong with the parameters of %s', async (method, params, said) => {
    const answer = await post({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) });
    expect(await answer.json()).toMatchObject({
      id: 1,
      error: { code: -32602, message: expect.stringContaining(`invalid parameters: ${said}expected `) },
    });
  });

  it('refuses garbage, and methods that are none', async () => {
    for (const [path, garbage] of [
      ['/mcp', '{"jsonrpc":'],
      ['/mcp/team_b', 'hello'],
    ] as const) {
      const answer = await post(garbage, {}, path);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { jsonrpc: '2.0', id: null, error: { code: -32700, message: expect.stringContaining('parse error: ') } },
      ]);
    }
    expect(await (await post(request('memory/forget'))).json()).toMatchObject({ error: { code: -32601 } });
  });

  it('keeps numbers as they were written', async () => {
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_memory","arguments":{"coordinate":[7],"payload":{"n":1.0,"m":12345678901234567890}}}}';
    expect((await post(body)).status).toBe(200);
    const answer = await (await post(request('tools/call', { name: 'get_memory', arguments: { id: '7' } }))).text();
    expect(answer).toContain('"payload":{"n":1.0,"m":12345678901234567890}');
    expect(answer).toContain(String.raw`\"n\":1.0,\"m\":12345678901234567890`);
  });

  it('has nothing to listen to and no session to end', async () => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await fetch(`${base}/mcp`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});
