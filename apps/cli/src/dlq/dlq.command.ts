import { Command } from 'commander';
import type { DeadLetterEntry, DeadLetters } from './dead-letters.js';
import { addSettlingCommands, type DlqSurroundings } from './settling.commands.js';
import { positiveInteger } from '../terminal/positive-integer.js';
import { harmless, jsonText, processTerminal } from '../terminal/terminal.js';

const REASON_WIDTH = 80;
const HEADINGS = ['ID', 'SOURCE', 'DEAD-LETTERED AT', 'ATTEMPTS', 'TYPE', 'NAMESPACE', 'COORDINATE', 'REASON'];

/** `soma dlq …`: events that could not be published or applied. */
export function dlqCommand(surroundings: Partial<DlqSurroundings> = {}): Command {
  const { withDeadLetters = withConfiguredServers, terminal = processTerminal } = surroundings;
  const dlq = new Command('dlq').description(
    'events that could not be published or applied: show them, send them back, give them up',
  );
  dlq
    .command('list')
    .description('list what is dead-lettered in the outbox and on the dead letter topic, newest last')
    .option('--limit <n>', 'how many, the newest of all', positiveInteger, 100)
    .option('--json', 'print JSON')
    .action(({ limit, json }: { limit: number; json?: boolean }) =>
      withDeadLetters(async (deadLetters) => {
        const { entries, problem } = await deadLetters.list(limit);
        if (json) terminal.print(await jsonText(entries.map(({ details: _, ...entry }) => entry)));
        else if (entries.length > 0) terminal.print(await listing(entries));
        else if (problem === undefined) terminal.print('there are no dead letters');
        if (problem !== undefined) throw new Error(`the dead letter topic cannot be read: ${problem}`);
      }),
    );
  dlq
    .command('show')
    .description('show everything about one dead-lettered event')
    .argument('<id>', 'as listed')
    .option('--json', 'print JSON')
    .action((id: string, { json }: { json?: boolean }) =>
      withDeadLetters(async (deadLetters) => {
        const entry = await deadLetters.get(id);
        if (!entry) throw new Error(`there is no dead letter ${harmless(id)}`);
        terminal.print(json ? await jsonText(entry) : await describe(entry));
      }),
    );
  addSettlingCommands(dlq, { withDeadLetters, terminal });
  return dlq;
}

/** The server drivers load slowly, so help and usage errors do not load them. */
async function withConfiguredServers(work: (deadLetters: DeadLetters) => Promise<void>): Promise<void> {
  await (await import('./with-dead-letters.js')).withDeadLetters(work);
}

/** Help and usage errors do not load the text layout. */
async function listing(entries: readonly DeadLetterEntry[]): Promise<string> {
  const { table } = await import('../terminal/table.js');
  return table(HEADINGS, entries.map(rowOf));
}

function rowOf({ id, source, deadLetteredAt, attempts, reason, event }: DeadLetterEntry): readonly string[] {
  const { type = '-', namespace = '-', coordinate = '-' } = event;
  const shortReason = reason.length <= REASON_WIDTH ? reason : `${reason.slice(0, REASON_WIDTH - 1)}…`;
  return [id, source, deadLetteredAt.toISOString(), String(attempts), type, namespace, coordinate, shortReason];
}

async function describe({ details, event, ...entry }: DeadLetterEntry): Promise<string> {
  const facts = { ...entry, deadLetteredAt: entry.deadLetteredAt.toISOString(), ...event };
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${harmless(String(value))}`);
  return [...lines, `details: ${await jsonText(details)}`].join('\n');
}
