import { InvalidArgumentError, type CommanderError } from 'commander';
import { harmless, processTerminal, type Terminal } from '../terminal/terminal.js';
import type { Maintenance } from './maintenance.js';
import { ProgressLine } from './progress-line.js';

/** Exit codes of `soma verify` and `soma reindex`. */
export const EXIT = { agrees: 0, differs: 1, usage: 2, failed: 3 } as const;

export const EXIT_HELP = `
Exit codes: 0 everything agrees, 1 something differs, 2 wrong usage, 3 it could not be found out.
A namespace whose index is of another embedding space differs. So does a change that is not indexed for longer than
--max-pending-seconds; 0 allows no pending change at all, which is what to ask for when nobody is at work.`;

/** Where the commands run and write their output. */
export interface MaintenanceSurroundings {
  readonly withMaintenance: (work: (maintenance: Maintenance) => Promise<void>) => Promise<void>;
  readonly terminal: Terminal;
  readonly progress: ProgressLine;
  readonly exit: (code: number) => void;
}

export function surroundings(given: Partial<MaintenanceSurroundings>): MaintenanceSurroundings {
  return {
    withMaintenance: withConfiguredMaintenance,
    terminal: processTerminal,
    progress: new ProgressLine(process.stderr),
    exit: (code) => void (process.exitCode = code),
    ...given,
  };
}

/** The server drivers load slowly, so help and usage errors do not load them. */
async function withConfiguredMaintenance(work: (maintenance: Maintenance) => Promise<void>): Promise<void> {
  await (await import('./with-maintenance.js')).withMaintenance(work);
}

/** Runs a command; `work` resolves with whether everything agrees. An interrupt ends it cleanly. */
export async function runMaintenance(
  { withMaintenance: within, terminal, progress, exit }: MaintenanceSurroundings,
  work: (maintenance: Maintenance, signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted; it may be run again at any time'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await within(async (maintenance) => {
      const agrees = await work(maintenance, interrupted.signal);
      exit(agrees ? EXIT.agrees : EXIT.differs);
    });
  } catch (error) {
    progress.clear();
    terminal.note(harmless(error instanceof Error ? error.message : String(error)));
    exit(EXIT.failed);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Exits as Commander does, but with this command's code for usage errors. */
export function usageExit(error: CommanderError): never {
  process.exit(error.exitCode === 0 ? 0 : EXIT.usage);
}

export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('must be a number of seconds from 0');
  }
  return value;
}
