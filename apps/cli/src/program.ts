import { Command } from 'commander';
import { mcpCommand } from './agents/mcp.command.js';
import { auditCommand } from './audit/audit.command.js';
import { backupCommand } from './backup/backup.command.js';
import { completionCommand } from './completion/completion.command.js';
import { configCommand } from './config/config.command.js';
import { dbCommand } from './db/db.command.js';
import { dlqCommand } from './dlq/dlq.command.js';
import { doctorCommand } from './doctor/doctor.command.js';
import { exportMemoriesCommand } from './files/export-memories.command.js';
import { exportGraphCommand, importGraphCommand } from './files/graph.commands.js';
import { importMemoriesCommand } from './files/import-memories.command.js';
import { storeBulkCommand } from './files/store-bulk.command.js';
import { keysCommand } from './keys/keys.command.js';
import { linkCommand, neighborsCommand, pathCommand } from './links/link.commands.js';
import { reindexCommand } from './maintenance/reindex.command.js';
import { verifyCommand } from './maintenance/verify.command.js';
import { deleteManyCommand } from './memories/delete-many.command.js';
import { getCommand } from './memories/get.command.js';
import { historyCommand } from './memories/history.command.js';
import { listCommand } from './memories/list.command.js';
import { rangeCommand } from './memories/range.command.js';
import { recallCommand } from './memories/recall.command.js';
import { statsCommand } from './memories/stats.command.js';
import { storeCommand } from './memories/store.command.js';
import { watchCommand } from './memories/watch.command.js';
import { cloneCommand } from './namespaces/clone.command.js';
import { lifecycleCommand } from './namespaces/lifecycle.command.js';
import { renameCommand } from './namespaces/rename.command.js';
import { namespacesCommand } from './namespaces/namespaces.command.js';
import { exportCommand, importCommand } from './portability/portability.commands.js';
import { replayCommand } from './replay/replay.command.js';
import { addConnectionFlags, refuseStrayFlags } from './connection/flags.js';
import { VERSION } from './version/version.js';

/** The commands, in the order in which help shows them. */
const GROUPS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Memories:': [
    ...[storeCommand, recallCommand, getCommand, listCommand, historyCommand, rangeCommand, statsCommand],
    ...[storeBulkCommand, deleteManyCommand, watchCommand],
  ],
  'Links:': [linkCommand, neighborsCommand, pathCommand],
  'Files:': [
    ...[exportCommand, importCommand, exportMemoriesCommand, importMemoriesCommand],
    ...[exportGraphCommand, importGraphCommand],
  ],
  'Namespaces and credentials:': [
    ...[namespacesCommand, cloneCommand, renameCommand],
    ...[lifecycleCommand, keysCommand],
  ],
  'Agents:': [mcpCommand],
  'Installation:': [
    ...[doctorCommand, configCommand, dbCommand, verifyCommand, reindexCommand],
    ...[dlqCommand, backupCommand, replayCommand, auditCommand, completionCommand],
  ],
};

const HELP = `
Examples:
  $ soma store --coord 1,2,3 --payload '{"text": "The kettle is in the blue cupboard"}'
  $ soma recall --query "where is the kettle"
  $ soma --namespace team_a list
  $ soma doctor

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or settings, 3 nothing answers, 4 not allowed, 5 the output cannot be
written, 130 interrupted, 141 the reader of the output went away.`;

/** Builds `soma` with all its commands; runs nothing. */
export function somaProgram(): Command {
  const program = new Command('soma')
    .description('Memory for AI agents: works on the memories of a service or of a data folder, and administers both.')
    .version(VERSION)
    // What stands behind the name of a command is the command's.
    .enablePositionalOptions();
  addConnectionFlags(program).addHelpText('after', HELP);
  for (const [group, commands] of Object.entries(GROUPS)) {
    for (const make of commands) program.addCommand(make().helpGroup(group));
  }
  program.hook('preAction', (_program, command) => refuseStrayFlags(program, command));
  everyCommand(program, (command) => command.exitOverride().showHelpAfterError('(--help shows what there is)'));
  return program;
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const each of command.commands) everyCommand(each, visit);
}
