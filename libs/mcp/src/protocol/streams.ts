import { EventEmitter, once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  InitializeResultSchema,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { NO_MESSAGE } from './read-messages.js';

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

/** How long answers that are still made may take when the input has ended. */
const LAST_ANSWERS_MS = 30_000;

/** Serves one host. Resolves when the input ends and all is answered, or the signal aborts. */
export async function serveStreams(server: Server, streams: HostStreams): Promise<void> {
  const ended = endOf(streams);
  const host = new HostTransport(streams);
  await server.connect(host);
  await ended;
  await host.answered(streams.signal);
  await server.close();
}

/** Hands what a host sends on to a service, and its answers back. A message that fails is answered as an error. */
export async function bridgeStreams({ url, headers }: RemoteServer, streams: HostStreams): Promise<void> {
  const host = new HostTransport(streams);
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
  await host.answered(streams.signal);
  await Promise.all([host.close(), service.close()]);
}

/** Standard input and output of a host: answers garbage, too, and knows what is not answered yet. */
class HostTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  private readonly lines: StdioServerTransport;
  private readonly due = new Set<RequestId>();
  private readonly quiet = new EventEmitter();

  constructor({ input, output }: HostStreams) {
    this.lines = new StdioServerTransport(input, output);
    this.lines.onmessage = (message) => {
      if (isJSONRPCRequest(message)) this.due.add(message.id);
      this.onmessage?.(message);
    };
    this.lines.onerror = (error) => {
      // The protocol writes the id of what it could not read as null.
      const wrong =
        error instanceof SyntaxError
          ? { code: ErrorCode.ParseError, message: `parse error: ${error.message}` }
          : { code: ErrorCode.InvalidRequest, message: NO_MESSAGE };
      output.write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: wrong })}\n`);
    };
    this.lines.onclose = () => this.onclose?.();
  }

  start(): Promise<void> {
    return this.lines.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.lines.send(message);
    if ('id' in message && message.id !== undefined && this.due.delete(message.id) && this.due.size === 0)
      this.quiet.emit('quiet');
  }

  close(): Promise<void> {
    return this.lines.close();
  }

  /** Resolves when nothing waits for its answer, the signal aborts, or it takes too long. */
  async answered(signal: AbortSignal): Promise<void> {
    if (this.due.size === 0) return;
    const enough = AbortSignal.any([signal, AbortSignal.timeout(LAST_ANSWERS_MS)]);
    await once(this.quiet, 'quiet', { signal: enough }).catch(() => undefined);
  }
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
