import { Command } from 'commander';
import type { DeadLetterEntry, DeadLetters, RedriveReport } from './dead-letters.js';
import { positiveInteger } from '../terminal/positive-integer.js';
import { harmless, jsonText, processTerminal, type Terminal } from '../terminal/terminal.js';

const REASON_WIDTH = 80;
const HEADINGS = ['ID', 'SOURCE', 'DEAD-LETTERED AT', 'ATTEMPTS', 'TYPE', 'NAMESPACE', 'COORDINATE', 'REASON'];

interface RedriveFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Access to the dead letters, and the terminal. */
export interface DlqSurroundings {
  readonly withDeadLetters: (work: (deadLetters: DeadLetters) => Promise<void>) => Promise<void>;
  readonly terminal: Terminal;
}

/** `soma dlq …`: events that could not be published or applied. */
export function dlqCommand(surroundings: Partial<DlqSurroundings> = {}): Command {
  const { withDeadLetters = withConfiguredServers, terminal = processTerminal } = surroundings;
  const dlq = new Command('dlq').description(
    'events that could not be published or applied: show them, send them back',
  );
  dlq
    .command('list')
    .description('list what is dead-lettered in the outbox and on the dead letter topic, newest last')
    .option('--limit <n>', 'how many, the newest of all', positiveInteger, 100)
    .option('--json', 'print JSON')
    .action(({ limit, json }: { limit: number; json?: boolean }) =>
      withDeadLetters(async (deadLetters) => {
        const { entries, problem } = await deadLetters.list(limit);
        if (json) terminal.print(jsonText(entries.map(({ details: _, ...entry }) => entry)));
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
        terminal.print(json ? jsonText(entry) : describe(entry));
      }),
    );
  dlq
    .command('redrive')
    .description(
      'send dead-lettered events back: those of the outbox to the event bus, those of the topic to their topic',
    )
    .argument('[ids...]', 'as listed')
    .option('--all', 'all that are dead-lettered')
    .option('--dry-run', 'say what would be sent back and change nothing')
    .option('--yes', 'do not ask before sending all back')
    .option('--json', 'print JSON')
    .action((ids: string[], flags: RedriveFlags) => redrive(ids, flags, { withDeadLetters, terminal }));
  return dlq;
}

/** The server drivers load slowly, so help and usage errors do not load them. */
async function withConfiguredServers(work: (deadLetters: DeadLetters) => Promise<void>): Promise<void> {
  await (await import('./with-dead-letters.js')).withDeadLetters(work);
}

async function redrive(
  ids: string[],
  flags: RedriveFlags,
  { withDeadLetters, terminal }: DlqSurroundings,
): Promise<void> {
  const { all = false, dryRun = false, yes = false, json = false } = flags;
  if (all === ids.length > 0) throw new Error('give the ids to send back, or --all');
  if (all && !dryRun && !yes) {
    if (!terminal.isInteractive) throw new Error('sending all back needs --yes where nobody can be asked');
    if (!(await terminal.confirm('Send all dead-lettered events back?'))) return terminal.note('nothing was sent back');
  }
  await withDeadLetters(async (deadLetters) => {
    const onProgress = (done: number, total: number) => terminal.note(`${done} of ${total} messages of the topic`);
    const report = await deadLetters.redrive(all ? 'all' : [...new Set(ids)], { dryRun, onProgress });
    if (json) terminal.print(jsonText({ dryRun, ...report }));
    else for (const line of linesOf(report, dryRun)) terminal.print(line);
    if (report.missing.length + report.refused.length > 0) {
      throw new Error(`${report.missing.length + report.refused.length} could not be sent back`);
    }
  });
}

function linesOf({ redriven, missing, refused }: RedriveReport, dryRun: boolean): readonly string[] {
  const count = `${redriven.length} event${redriven.length === 1 ? '' : 's'}`;
  return [
    ...(dryRun ? redriven : []),
    dryRun ? `would send back ${count}` : `sent back ${count}`,
    ...missing.map((id) => `not dead-lettered: ${harmless(id)}`),
    ...refused.map(({ id, reason }) => `refused, still dead-lettered: ${id}: ${harmless(reason)}`),
  ];
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

function describe({ details, event, ...entry }: DeadLetterEntry): string {
  const facts = { ...entry, deadLetteredAt: entry.deadLetteredAt.toISOString(), ...event };
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${harmless(String(value))}`);
  return [...lines, `details: ${jsonText(details)}`].join('\n');
}
