import { memoryCommand } from '../session/memory-command.js';
import type { Command } from 'commander';
import { flagsOf } from '../connection/flags.js';
import type { DoctorFlags } from './examination.js';

/** `soma doctor`: checks what the service needs, and says what to do. */
export function doctorCommand(): Command {
  return memoryCommand(
    'doctor',
    'check settings, service, ports, servers, schema, versions, clocks and disk, and say what to do',
    ['soma doctor', 'soma doctor --url https://memory.example.org --json'],
  ).action(async (_flags: object, command: Command) => {
    const { doctor } = await import('./examination.js');
    await doctor(flagsOf<DoctorFlags>(command));
  });
}
