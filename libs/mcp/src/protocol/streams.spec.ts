import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from '@jest/globals';
import { serveStreams } from './streams.js';

describe('a server on standard input and output', () => {
  const serve = async (...lines: readonly string[]) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, async () => {
      for (let turns = 0; turns < 20; turns += 1) await turn();
      return { tools: [] };
    });
    const served = serveStreams(server, { input, output, signal: new AbortController().signal });
    input.end(lines.map((line) => `${line}\n`).join(''));
    await served;
    output.end();
    const written = (await text(output)).trim();
    return written === '' ? [] : written.split('\n').map((line) => JSON.parse(line) as object);
  };

  it('answers what it was asked before its input ended', async () => {
    const asked = ['a', 'b'].map((id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }));
    expect(await serve(...asked)).toMatchObject([
      { id: 'a', result: { tools: [] } },
      { id: 'b', result: { tools: [] } },
    ]);
    expect(await serve('{"jsonrpc":"2.0","method":"notifications/initialized"}')).toEqual([]);
  });

  it('answers what it cannot read', async () => {
    expect(await serve('{"jsonrpc":', 'null', '[]', '{"jsonrpc":"2.0","id":1,"method":"ping"}')).toMatchObject([
      { id: null, error: { code: -32700 } },
      { id: null, error: { code: -32600 } },
      { id: null, error: { code: -32600 } },
      { id: 1, result: {} },
    ]);
  });
});
