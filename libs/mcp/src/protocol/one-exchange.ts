import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js';

/**
 * Hands messages of one HTTP request to a server and resolves with its answers, one for each request among them, in their
 * order. The server is closed afterwards: there is no session to lose.
 */
export async function answersTo(
  server: Server,
  messages: readonly JSONRPCMessage[],
): Promise<readonly JSONRPCMessage[]> {
  const answers = new Map<RequestId, JSONRPCMessage>();
  const asked = messages.filter(isJSONRPCRequest).map(({ id }) => id);
  const due = new Set(asked);
  const exchange = new OneExchange((message) => {
    if (!('id' in message) || message.id === undefined || !due.delete(message.id)) return;
    answers.set(message.id, message);
    if (due.size === 0) exchange.finish();
  });
  await server.connect(exchange);
  try {
    for (const message of messages) exchange.onmessage?.(message);
    if (due.size > 0) await exchange.finished;
    return asked.flatMap((id) => answers.get(id) ?? []);
  } finally {
    await server.close();
  }
}

class OneExchange implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  constructor(private readonly take: (message: JSONRPCMessage) => void) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.take(message);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }
}
