import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { fullMemoryView } from '@sfm/edge';
import { MemoryNotFoundError, MemoryError, stringifyJson } from '@sfm/memory';
import { cutPayload } from '../tools/cut-payloads.js';
import { withId } from '../tools/memory-id.js';
import { getStatus } from '../tools/status.tool.js';
import type { ToolCall } from '../tools/tool.js';

const JSON_TYPE = 'application/json';
const STATUS = 'memory://status';
const MEMORY = 'memory://memories/';
/** What clients of the protocol know as: there is no such resource. */
const RESOURCE_NOT_FOUND = -32002;

export const RESOURCES = [
  {
    uri: STATUS,
    name: 'status',
    title: 'Status of the memory',
    description: 'How many memories and links there are, and whether all parts answer.',
    mimeType: JSON_TYPE,
  },
];

export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: `${MEMORY}{id}`,
    name: 'memory',
    title: 'A memory',
    description: 'One memory by its id, as get_memory reads it.',
    mimeType: JSON_TYPE,
  },
];

/** @throws McpError naming what there is */
export async function readResource(call: ToolCall, uri: string) {
  try {
    return { contents: [{ uri, mimeType: JSON_TYPE, text: stringifyJson(await contentOf(call, uri)) }] };
  } catch (error) {
    if (error instanceof MemoryNotFoundError)
      throw new McpError(RESOURCE_NOT_FOUND, `there is no ${uri.slice(0, 200)}`);
    if (error instanceof MemoryError) throw new McpError(ErrorCode.InvalidParams, error.message);
    throw error;
  }
}

async function contentOf(call: ToolCall, uri: string): Promise<unknown> {
  if (uri === STATUS) return getStatus.run(call, {});
  if (!uri.startsWith(MEMORY)) {
    throw new McpError(RESOURCE_NOT_FOUND, `there is no ${uri.slice(0, 200)}; there are ${STATUS} and ${MEMORY}{id}`);
  }
  const { places, principal } = call;
  const coordinate = places.limits.coordinate(decoded(uri.slice(MEMORY.length)), 'id');
  return cutPayload(withId(fullMemoryView(await places.reads.get(principal, coordinate))), { from: 0 });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
