import type { Command } from 'commander';
import { memoryCommand, onMemories } from '../session/memory-command.js';

interface WatchFlags {
  readonly since?: string;
  readonly fromBeginning?: true;
  readonly once?: true;
}

/** How long one question waits for something new; the service ends longer ones. */
const WAIT_SECONDS = 20;

/** `soma watch`: tells what changes, as it changes. */
export function watchCommand(): Command {
  return memoryCommand('watch', 'tell what changes in a namespace, as it changes', [
    'soma watch',
    'soma watch --from-beginning --once --json',
    'soma watch --since POSITION',
  ])
    .option('--since <position>', 'go on behind an earlier watch, which said its position when it ended')
    .option('--from-beginning', 'begin with the first change there is')
    .option('--once', 'end when nothing else is known')
    .action(
      onMemories<WatchFlags>(async ({ client, output, isJson, signal }, { since, fromBeginning, once = false }) => {
        const { changesIn, told } = await import('../answers/changes.js');
        const begin = fromBeginning === true ? { from_beginning: 'true' } : {};
        let position = since;
        try {
          for (;;) {
            const where = position === undefined ? begin : { position };
            const wait = once ? {} : { wait_seconds: String(WAIT_SECONDS) };
            const answer = await client.call('changes', { query: { ...where, ...wait } });
            for (const change of changesIn(answer)) await output.text(isJson ? JSON.stringify(change) : told(change));
            position = String(answer['position']);
            signal.throwIfAborted();
            if (once && answer['caught_up'] === true) return;
          }
        } finally {
          if (position !== undefined) output.note(`to go on: soma watch --since ${position}`);
        }
      }),
    );
}
