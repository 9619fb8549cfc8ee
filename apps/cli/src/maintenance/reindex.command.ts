import type { ReindexReport } from '@sfm/memory';
import { Command } from 'commander';
import { harmless, jsonText } from '../terminal/terminal.js';
import { Findings } from './findings.js';
import { verdictText } from './report-text.js';
import { EXIT_HELP, runMaintenance, surroundings, usageExit, type MaintenanceSurroundings } from './run-maintenance.js';

interface ReindexFlags {
  readonly namespace?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `soma reindex`: rebuilds the vector index of a namespace from the truth. */
export function reindexCommand(given: Partial<MaintenanceSurroundings> = {}): Command {
  const command = new Command('reindex')
    .description(
      'rebuild the vector index of a namespace from the memories, for another embedder too, while it is used',
    )
    .option('--namespace <names...>', 'these namespaces')
    .option('--all', 'every namespace')
    .option('--json', 'print JSON')
    .addHelpText('after', EXIT_HELP)
    .exitOverride(usageExit);
  return command.action((flags: ReindexFlags) => {
    if ((flags.all === true) === (flags.namespace !== undefined)) {
      command.error('error: give --namespace with names, or --all');
    }
    return reindex(flags, surroundings(given));
  });
}

function reindex(
  { namespace: namespaces, json = false }: ReindexFlags,
  around: MaintenanceSurroundings,
): Promise<void> {
  const { terminal, progress } = around;
  return runMaintenance(around, async (maintenance, signal) => {
    const reports: ReindexReport[] = [];
    const findings = new Findings(around, json);
    await maintenance.reindex(
      { signal, ...(namespaces ? { namespaces } : {}) },
      {
        onProgress: findings.onProgress,
        onVerifyProgress: findings.onProgress,
        onDifference: findings.onDifference,
        onNote: findings.onNote,
        onRebuilt: (report) => {
          progress.clear();
          reports.push(report);
          if (!json) terminal.print(rebuiltText(report));
        },
      },
    );
    if (json) terminal.print(await jsonText({ rebuilt: reports, found: findings.found, notes: findings.notes }));
    return reports.every(({ verification }) => verification.agrees);
  });
}

function rebuiltText({ namespace, memories, embedded, changes, verification }: ReindexReport): string {
  const facts = `${memories} memories, ${embedded} embedded anew, ${changes} changes meanwhile`;
  return harmless(`rebuilt ${namespace}: ${facts}; ${verdictText(verification)}`);
}
