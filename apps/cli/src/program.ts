import { Command } from 'commander';
import { auditCommand } from './audit/audit.command.js';
import { backupCommand } from './backup/backup.command.js';
import { configCommand } from './config/config.command.js';
import { dbCommand } from './db/db.command.js';
import { dlqCommand } from './dlq/dlq.command.js';
import { exportCommand, importCommand } from './portability/portability.commands.js';
import { reindexCommand } from './maintenance/reindex.command.js';
import { verifyCommand } from './maintenance/verify.command.js';
import { replayCommand } from './replay/replay.command.js';

/** Builds `soma` with all its commands; runs nothing. */
export function somaProgram(): Command {
  return new Command('soma')
    .description('Administers a SomaFractalMemory installation. Reads the same environment variables as the service.')
    .addCommand(dbCommand())
    .addCommand(dlqCommand())
    .addCommand(backupCommand())
    .addCommand(replayCommand())
    .addCommand(verifyCommand())
    .addCommand(reindexCommand())
    .addCommand(exportCommand())
    .addCommand(importCommand())
    .addCommand(auditCommand())
    .addCommand(configCommand())
    .showHelpAfterError();
}
