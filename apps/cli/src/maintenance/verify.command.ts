import { Command } from 'commander';
import { jsonText } from '../terminal/terminal.js';
import { Findings } from './findings.js';
import { verdictText } from './report-text.js';
import {
  EXIT_HELP,
  runMaintenance,
  seconds,
  surroundings,
  usageExit,
  type MaintenanceSurroundings,
} from './run-maintenance.js';

interface VerifyFlags {
  readonly namespace?: readonly string[];
  readonly repair?: boolean;
  readonly json?: boolean;
  readonly maxPendingSeconds?: number;
}

/** `soma verify`: checks whether truth, ledger, vector index and links agree. */
export function verifyCommand(given: Partial<MaintenanceSurroundings> = {}): Command {
  return new Command('verify')
    .description('compare memories, ledger, vector index and links while traffic goes on, and report each difference')
    .option('--namespace <names...>', 'only these namespaces (default: all)')
    .option('--repair', 'make anew what is derived and differs, then compare again')
    .option('--max-pending-seconds <n>', 'a write not indexed for longer is a difference (default: 60)', seconds)
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .exitOverride(usageExit)
    .action((flags: VerifyFlags) => verify(flags, surroundings(given)));
}

function verify(flags: VerifyFlags, around: MaintenanceSurroundings): Promise<void> {
  const { namespace: namespaces, repair = false, json = false, maxPendingSeconds } = flags;
  const { terminal, progress } = around;
  return runMaintenance(around, async (maintenance, signal) => {
    const findings = new Findings(around, json);
    const request = {
      repair,
      signal,
      ...(namespaces ? { namespaces } : {}),
      ...(maxPendingSeconds === undefined ? {} : { maxPendingSeconds }),
    };
    const report = await maintenance.verify(request, findings);
    progress.clear();
    if (json) terminal.print(await jsonText({ ...report, found: findings.found, notes: findings.notes }));
    else {
      // Text layout, which help and usage errors do not load.
      const { totalsText } = await import('./totals-text.js');
      terminal.print(totalsText(report.namespaces));
      terminal.print(verdictText(report));
    }
    return report.agrees;
  });
}
