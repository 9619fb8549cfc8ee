import { Command, Option } from 'commander';
import { jsonText, processTerminal } from '../terminal/terminal.js';
import type { ReplaySource, ReplayTotals } from './replay.js';

interface ReplayCommandOptions {
  readonly from: ReplaySource;
  readonly json?: boolean;
}

const HELP = `
Every memory is again what it was, in every column: payload, importance, times, expiry and version; and so is every link
between memories that live. What changes is indexed and announced like any other write, so nothing is left to do afterwards.

Stop every api and consumer process first, and start none between a restore and its replay: what it stores in between goes
another way than the events on the topic. Such coordinates are left as they are, named, and the command ends with 1, as it does when
a memory cannot be indexed.

Examples:
  soma replay                 after a restore: apply the events on the topic that the database does not have
  soma replay --from ledger   make missing or outdated memories again from the ledger in the database`;

/** `soma replay`: brings the memories of a restored database up to date, from the topic or from its ledger. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('after a restore: apply the changes that the database does not have')
    .addOption(
      new Option('--from <source>', 'where the changes are: the events on the topic, or the ledger in the database')
        .choices(['topic', 'ledger'])
        .default('topic'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async ({ from, json }: ReplayCommandOptions) => {
      // The server drivers load slowly, so help and usage errors do not load them.
      const { replay } = await import('./replay.js');
      const totals = await replay(from);
      processTerminal.print(json ? await jsonText(totals) : describe(from, totals));
      if (totals.diverged > 0 || totals.unindexed > 0) process.exitCode = 1;
    });
}

function describe(from: ReplaySource, { read, replayed, memories, links, refused, unreadable }: ReplayTotals): string {
  return from === 'topic'
    ? `replayed ${replayed} of ${read} events: ${memories} memories and ${links} links changed (${refused} refused, ${unreadable} unreadable messages)`
    : `read the ledger of ${read} coordinates: ${memories} memories and ${links} links changed (${unreadable} cannot be told from it)`;
}
