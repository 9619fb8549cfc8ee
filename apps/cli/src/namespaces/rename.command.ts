import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface RenameFlags {
  readonly to: string;
}

/** `soma rename`: moves a namespace to another name. */
export function renameCommand(): Command {
  return memoryCommand('rename', 'move a namespace to another name, while it is used', [
    'soma rename team_a --to team_alpha',
  ])
    .argument('<name>', 'what to move')
    .requiredOption('--to <name>', 'the new name, under which nothing may be; interrupted, the same command goes on')
    .action(
      onMemories<RenameFlags>(async ({ client, output, isJson, signal }, { to }, [name = '']) => {
        const { numberIn } = await import('../answers/fields.js');
        const { untilDone } = await import('./until-done.js');
        const answers = await untilDone(() => client.call('rename', { place: name, body: { to } }), signal);
        const last = answers.at(-1) ?? {};
        if (isJson) return output.line(last);
        const [memories, links] = ['memories', 'links'].map((key) => numberIn(last[key]));
        return output.text(`moved ${memories} memories and ${links} links from ${name} to ${to}`);
      }),
    );
}
