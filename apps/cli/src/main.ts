#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { ConfigError } from '@sfm/config';
import { backupCommand } from './backup/backup.command.js';
import { configCommand } from './config.command.js';
import { dbCommand } from './db/db.command.js';
import { dlqCommand } from './dlq/dlq.command.js';
import { replayCommand } from './replay/replay.command.js';
import { reindexCommand } from './maintenance/reindex.command.js';
import { verifyCommand } from './maintenance/verify.command.js';

const program = new Command('soma')
  .description('Administers a SomaFractalMemory installation. Reads the same environment variables as the service.')
  .addCommand(dbCommand())
  .addCommand(dlqCommand())
  .addCommand(backupCommand())
  .addCommand(replayCommand())
  .addCommand(verifyCommand())
  .addCommand(reindexCommand())
  .addCommand(configCommand())
  .showHelpAfterError();

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof ConfigError || error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
