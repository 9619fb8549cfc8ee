import { ErrorCode, McpError, type GetPromptResult } from '@modelcontextprotocol/sdk/types.js';

const USE_MEMORY = 'use_memory';

export const PROMPTS = [
  {
    name: USE_MEMORY,
    title: 'Use the memory well',
    description: 'How to search, keep, change and link memories in a conversation.',
    arguments: [{ name: 'topic', description: 'What the conversation is about.', required: false }],
  },
];

const ADVICE = `You have a long-term memory, through its tools. Use it like this.

Before you answer: call search_memories with the question in plain words. Ask again in other words when nothing fits. Trust newer
memories over older ones, and say when what you know comes from memory and may be out of date.

Keep what will matter later: decisions, preferences, names, dates, results, corrections. One fact per memory, in a sentence that can
be understood alone, with names instead of "he" or "it", and dates instead of "yesterday". Facts are semantic, events episodic. Do
not keep secrets, nor what the user asks you to forget.

Keep it true: when a fact changes, call update_memory, or add a new one with supersedes; delete_memories only what is wrong or is
to be forgotten. Link memories that explain each other with link_memories.`;

/** @throws McpError for a name that is none */
export function promptText(name: string, given: Readonly<Record<string, string>> = {}): GetPromptResult {
  if (name !== USE_MEMORY) {
    throw new McpError(ErrorCode.InvalidParams, `there is no prompt ${name.slice(0, 100)}; there is ${USE_MEMORY}`);
  }
  const { topic } = given;
  const text = topic === undefined || topic === '' ? ADVICE : `${ADVICE}\n\nBegin by searching for: ${topic}`;
  return { description: PROMPTS[0]?.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
}
