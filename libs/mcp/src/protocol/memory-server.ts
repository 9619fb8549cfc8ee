import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import { describeError } from '@sfm/edge';
import { hasScope, ScopeForbiddenError, stringifyJson, type Principal } from '@sfm/memory';
import { inputSchemaOf } from '../tools/input-schema.js';
import { refusalOf } from '../tools/refusal.js';
import { TOOLS } from '../tools/tools.js';
import type { Tool, ToolPlaces } from '../tools/tool.js';
import { CheckingServer } from './checking-server.js';
import { PROMPTS, promptText } from './prompts.js';
import { readResource, RESOURCE_TEMPLATES, RESOURCES } from './resources.js';

export interface MemoryServerOptions {
  readonly version: string;
  /** Offers no tool that changes anything. */
  readonly isReadOnly: boolean;
  /** Hears of errors that are nobody's fault but ours. */
  readonly onFault: (error: unknown, tool: string) => void;
}

const INSTRUCTIONS =
  'This is a long-term memory. Search it before you answer from what the user told you earlier; add what will matter later, one ' +
  'fact per memory, in plain words; change or delete what is not true any more. Memories are named by their `id`.';

/** Makes servers of the protocol over the use cases, each for one principal. */
export class MemoryServers {
  private readonly listed: ReadonlyMap<string, object>;

  constructor(
    private readonly places: ToolPlaces,
    private readonly options: MemoryServerOptions,
  ) {
    this.listed = new Map(
      TOOLS.map((tool) => [
        tool.name,
        {
          name: tool.name,
          title: tool.title,
          description: tool.description,
          inputSchema: inputSchemaOf(tool, places.limits.bounds),
          annotations: { title: tool.title, ...tool.hints, openWorldHint: false },
        },
      ]),
    );
  }

  /** A server without a transport. Tools that the principal may not use are not listed, and refuse. */
  for(principal: Principal, { isReadOnly = this.options.isReadOnly }: { readonly isReadOnly?: boolean } = {}): Server {
    const offered = TOOLS.filter(({ scope }) => hasScope(principal, scope) && (!isReadOnly || scope === 'read'));
    const server = new CheckingServer(
      { name: 'somafractalmemory', title: 'SomaFractalMemory', version: this.options.version },
      {
        capabilities: { tools: {}, resources: {}, prompts: {} },
        instructions: INSTRUCTIONS,
        jsonSchemaValidator: NOTHING_TO_VALIDATE,
      },
    );
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: offered.map(({ name }) => this.listed.get(name)),
    }));
    server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: given = {} } }) =>
      this.call(toolNamed(name, offered), principal, given),
    );
    server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: RESOURCES }));
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: RESOURCE_TEMPLATES }));
    server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) =>
      readResource({ places: this.places, principal }, uri),
    );
    server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: PROMPTS }));
    server.setRequestHandler(GetPromptRequestSchema, ({ params }) => promptText(params.name, params.arguments));
    return server;
  }

  /** A refused call is an answer, which the model reads and learns from. */
  private async call(tool: Tool, principal: Principal, given: unknown): Promise<CallToolResult> {
    try {
      const answer = await tool.run({ places: this.places, principal }, given);
      return { content: [{ type: 'text', text: stringifyJson(answer) }], structuredContent: answer };
    } catch (error) {
      if (describeError(error).loudness === 'error') this.options.onFault(error, tool.name);
      const refusal = refusalOf(error);
      const text = `${refusal.code}: ${refusal.message}`;
      return { isError: true, content: [{ type: 'text', text }], structuredContent: { error: refusal } };
    }
  }
}

/** @throws McpError for a name that is none; ScopeForbiddenError's own words for a tool that may not be used */
function toolNamed(name: string, offered: readonly Tool[]): Tool {
  const tool = offered.find((one) => one.name === name);
  if (tool) return tool;
  const withheld = TOOLS.find((one) => one.name === name);
  const names = offered.map((one) => one.name).join(', ');
  if (!withheld)
    throw new McpError(ErrorCode.InvalidParams, `there is no tool ${name.slice(0, 100)}; there are: ${names}`);
  const refused = async () => Promise.reject(new ScopeForbiddenError(withheld.scope));
  return { ...withheld, run: refused };
}

/** Servers here never ask a client for anything whose answer would have to be validated. */
const NOTHING_TO_VALIDATE: jsonSchemaValidator = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: 'nothing was asked for' }),
};
