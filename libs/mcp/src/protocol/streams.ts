import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';

/** Serves one client over two streams, as hosts do that start servers as processes. Resolves when the input ends. */
export async function serveStreams(server: Server, input: Readable, output: Writable): Promise<void> {
  const transport = new StdioServerTransport(input, output);
  const ended = Promise.race([once(input, 'end'), once(input, 'close'), once(output, 'error')]);
  await server.connect(transport);
  await ended;
  await server.close();
}
