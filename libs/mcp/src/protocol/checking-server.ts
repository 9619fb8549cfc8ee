import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  InitializeRequestSchema,
  isJSONRPCRequest,
  ReadResourceRequestSchema,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';

/** Requests that cannot do without certain parameters. */
const CHECKED = new Map(
  Object.entries({
    initialize: InitializeRequestSchema,
    'prompts/get': GetPromptRequestSchema,
    'resources/read': ReadResourceRequestSchema,
    'tools/call': CallToolRequestSchema,
  }),
);

/** Says in words which parameters of a request are wrong; the SDK answers such a request as a fault of its own. */
export class CheckingServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const take = transport.onmessage;
    transport.onmessage = (message, extra) => {
      const refusal = refusalOf(message);
      if (refusal) void transport.send(refusal);
      else take?.(message, extra);
    };
  }
}

function refusalOf(message: JSONRPCMessage): JSONRPCMessage | undefined {
  if (!isJSONRPCRequest(message)) return undefined;
  const read = CHECKED.get(message.method)?.safeParse(message);
  if (!read || read.success) return undefined;
  const told = read.error.issues.map(({ path, message: said }) => `${path.join('.')}: ${said.replace(/^[^:]*: /, '')}`);
  const error = { code: ErrorCode.InvalidParams, message: `invalid parameters: ${told.join('; ')}` };
  return { jsonrpc: '2.0', id: message.id, error };
}
