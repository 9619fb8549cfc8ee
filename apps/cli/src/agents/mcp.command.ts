import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface McpFlags {
  readonly readOnly?: true;
}

/** `soma mcp`: serves an agent host that starts its servers as processes. */
export function mcpCommand(): Command {
  return memoryCommand('mcp', 'serve an agent by the Model Context Protocol, on standard input and output', [
    'soma mcp',
    'soma --url https://memory.example.com --token-file token --namespace team_a mcp --read-only',
  ])
    .option('--read-only', 'offer no tool that changes anything')
    .action(
      onMemories<McpFlags>(async ({ client, signal }, { readOnly: isReadOnly = false }) => {
        const { stdin: input, stdout: output } = process;
        await client.serveAgent({ input, output, signal }, { isReadOnly });
      }),
    );
}
