import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface CloneFlags {
  readonly to: string;
}

/** `soma clone`: copies a namespace into an empty one. */
export function cloneCommand(): Command {
  return memoryCommand('clone', 'copy a namespace into an empty one, while both are used', [
    'soma clone team_a --to team_a_copy',
  ])
    .argument('<name>', 'what to copy')
    .requiredOption('--to <name>', 'where to; interrupted, the same command goes on')
    .action(
      onMemories<CloneFlags>(async ({ client, output, isJson, signal }, { to }, [name = '']) => {
        const { numberIn } = await import('../answers/fields.js');
        const { untilDone } = await import('./until-done.js');
        const answers = await untilDone(() => client.call('clone', { place: name, body: { to } }), signal);
        const last = answers.at(-1) ?? {};
        if (isJson) return output.line(last);
        const [memories, versions, links] = ['memories', 'versions', 'links'].map((key) => numberIn(last[key]));
        return output.text(`copied ${memories} memories, ${versions} earlier versions and ${links} links`);
      }),
    );
}
