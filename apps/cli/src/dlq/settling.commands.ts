import type { Command } from 'commander';
import type { DeadLetters, DeadLetterSource, DismissReport, RedriveReport } from './dead-letters.js';
import { harmless, jsonText, type Terminal } from '../terminal/terminal.js';

/** What `redrive` and `dismiss` can be told. */
interface SettlingFlags {
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

/** `soma dlq redrive` and `soma dlq dismiss`: what becomes of dead letters. */
export function addSettlingCommands(dlq: Command, surroundings: DlqSurroundings): void {
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
    .action((ids: string[], flags: SettlingFlags) => redrive(ids, flags, surroundings));
  dlq
    .command('dismiss')
    .description('give dead-lettered events up for good; memories and ledger stay as they are')
    .argument('[ids...]', 'as listed')
    .option('--all', 'all that are dead-lettered')
    .option('--dry-run', 'say what would be given up and change nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((ids: string[], flags: SettlingFlags) => dismiss(ids, flags, surroundings));
}

async function redrive(
  ids: string[],
  flags: SettlingFlags,
  { withDeadLetters, terminal }: DlqSurroundings,
): Promise<void> {
  const { all = false, dryRun = false, yes = false, json = false } = flags;
  if (all === ids.length > 0) throw new Error('give the ids to send back, or --all');
  if (all && !dryRun && !yes) {
    if (!terminal.isInteractive) throw new Error('sending all back needs --yes where nobody can be asked');
    if (!(await terminal.confirm('Send all dead-lettered events back?'))) return terminal.note('nothing was sent back');
  }
  await withDeadLetters(async (deadLetters) => {
    const steps = { dryRun, onProgress: progressOn(terminal) };
    const report = await deadLetters.redrive(all ? 'all' : [...new Set(ids)], steps);
    if (json) terminal.print(await jsonText({ dryRun, ...report }));
    else for (const line of redriveLines(report, dryRun)) terminal.print(line);
    const left = report.missing.length + report.refused.length;
    if (left > 0) throw new Error(`${left} could not be sent back`);
  });
}

async function dismiss(
  ids: string[],
  flags: SettlingFlags,
  { withDeadLetters, terminal }: DlqSurroundings,
): Promise<void> {
  const { all = false, dryRun = false, yes = false, json = false } = flags;
  if (all === ids.length > 0) throw new Error('give the ids to give up, or --all');
  const asked = [...new Set(ids)];
  if (!dryRun && !yes) {
    if (!terminal.isInteractive) throw new Error('giving events up needs --yes where nobody can be asked');
    const what = all ? 'all dead-lettered events' : eventsOf(asked);
    if (!(await terminal.confirm(`Give ${what} up for good?`))) return terminal.note('nothing was given up');
  }
  await withDeadLetters(async (deadLetters) => {
    const report = await deadLetters.dismiss(all ? 'all' : asked, { dryRun, onProgress: progressOn(terminal) });
    if (json) terminal.print(await jsonText({ dryRun, ...report }));
    else for (const line of dismissLines(report, dryRun)) terminal.print(line);
    if (report.missing.length > 0) throw new Error(`${report.missing.length} could not be given up`);
  });
}

function progressOn(terminal: Terminal) {
  const what: Record<DeadLetterSource, string> = { outbox: 'events of the outbox', topic: 'messages of the topic' };
  return (done: number, total: number, source: DeadLetterSource) =>
    terminal.note(`${done} of ${total} ${what[source]}`);
}

function redriveLines({ redriven, missing, refused }: RedriveReport, dryRun: boolean): readonly string[] {
  return [
    ...(dryRun ? redriven : []),
    `${dryRun ? 'would send back' : 'sent back'} ${eventsOf(redriven)}`,
    ...missing.map(missingLine),
    ...refused.map(({ id, reason }) => `refused, still dead-lettered: ${id}: ${harmless(reason)}`),
  ];
}

function dismissLines({ dismissed, missing }: DismissReport, dryRun: boolean): readonly string[] {
  return [
    ...(dryRun ? dismissed : []),
    `${dryRun ? 'would give up' : 'gave up'} ${eventsOf(dismissed)}`,
    ...missing.map(missingLine),
  ];
}

function missingLine(id: string): string {
  return `not dead-lettered: ${harmless(id)}`;
}

function eventsOf({ length }: readonly string[]): string {
  return `${length} event${length === 1 ? '' : 's'}`;
}
