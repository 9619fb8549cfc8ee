import {
  ErrorCode,
  isJSONRPCRequest,
  JSONRPCMessageSchema,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';

/** What a body holds. */
export interface ReadMessages {
  readonly messages: readonly JSONRPCMessage[];
  /** A list of messages is answered with a list. */
  readonly isBatch: boolean;
}

/** What is wrong with what is no message. */
export const NO_MESSAGE = 'must be a JSON-RPC 2.0 message: {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}';

/** A body that is no message of the protocol. */
export class WrongMessageError extends Error {
  readonly code = ErrorCode.InvalidRequest;
}

/** @throws WrongMessageError saying what a message looks like */
export function readMessages(body: unknown, most: number): ReadMessages {
  const isBatch = Array.isArray(body);
  const given: readonly unknown[] = isBatch ? body : [body];
  if (given.length === 0) throw new WrongMessageError('a list of messages must hold at least one');
  if (given.length > most)
    throw new WrongMessageError(`a list must hold at most ${most} messages, got ${given.length}`);
  const messages = given.map((one) => {
    const read = JSONRPCMessageSchema.safeParse(one);
    if (!read.success) {
      throw new WrongMessageError(NO_MESSAGE);
    }
    return read.data;
  });
  const ids = messages.filter(isJSONRPCRequest).map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new WrongMessageError('requests of one list must have different ids');
  return { messages, isBatch };
}
