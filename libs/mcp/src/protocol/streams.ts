import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { InitializeResultSchema, isJSONRPCRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** What a host writes to and reads from a server that it started as a process. */
export interface HostStreams {
  readonly input: Readable;
  readonly output: Writable;
  /** Ends the serving, as the end of the input does. */
  readonly signal: AbortSignal;
}

/** A service that serves the protocol over HTTP. */
export interface RemoteServer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of JSON-RPC's range for servers: what is behind this one does not answer. */
const BEHIND_FAILED = -32000;

/** Serves one host. Resolves when the input ends, or the signal aborts. */
export async function serveStreams(server: Server, { input, output, signal }: HostStreams): Promise<void> {
  const ended = endOf({ input, output, signal });
  await server.connect(new StdioServerTransport(input, output));
  await ended;
  await server.close();
}

/** Hands what a host sends on to a service, and its answers back. A message that fails is answered as an error. */
export async function bridgeStreams({ url, headers }: RemoteServer, streams: HostStreams): Promise<void> {
  const host = new StdioServerTransport(streams.input, streams.output);
  const service = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } } });
  const ended = endOf(streams);
  service.onmessage = (message) => {
    const begun = 'result' in message ? InitializeResultSchema.safeParse(message.result) : undefined;
    if (begun?.success) service.setProtocolVersion(begun.data.protocolVersion);
    void host.send(message);
  };
  host.onmessage = (message) => {
    service.send(message).catch((error: unknown) => {
      if (isJSONRPCRequest(message)) void host.send(failureOf(message.id, url, error));
    });
  };
  await service.start();
  await host.start();
  await ended;
  await Promise.all([host.close(), service.close()]);
}

function endOf({ input, output, signal }: HostStreams): Promise<unknown> {
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  return Promise.race([
    once(input, 'end'),
    once(input, 'close'),
    once(output, 'error').catch(() => undefined),
    aborted,
  ]);
}

function failureOf(id: string | number, url: string, error: unknown): JSONRPCMessage {
  const reason = error instanceof Error ? error.message : String(error);
  return { jsonrpc: '2.0', id, error: { code: BEHIND_FAILED, message: `the service at ${url} failed: ${reason}` } };
}
