import { Command } from 'commander';
import { jsonText, processTerminal } from '../terminal.js';

/** `soma replay`: brings a restored database up to date from the events that are still on the topic. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'after a restore: apply the events on the topic that the database does not have, then run soma reindex',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      // The drivers of the servers take long to load, and help and wrong usage do without them.
      const { replay } = await import('./replay.js');
      const totals = await replay();
      const { read, replayed, unreadable, refused } = totals;
      processTerminal.print(
        json
          ? jsonText(totals)
          : `replayed ${replayed} of ${read} events (${refused} refused, ${unreadable} unreadable messages)`,
      );
      if (replayed > 0) processTerminal.note('what was replayed is not indexed yet: run soma reindex --all');
    });
}
