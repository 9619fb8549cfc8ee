import { CommanderError } from 'commander';
import { somaProgram } from './program.js';
import { EXIT } from './ending/exit-codes.js';
import { failureOf } from './ending/failure.js';
import { standardOutputFailure, watchStandardOutput } from './terminal/standard-output.js';

/** Runs what the command line says. Never rejects: what goes wrong is told on standard error and by the exit code. */
export async function run(): Promise<void> {
  watchStandardOutput();
  process.stderr.on('error', () => process.exit(EXIT.brokenPipe));
  try {
    await somaProgram().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) return end(error);
    // Commander has said it already.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  // What was written last may fail when the command is done.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  const failure = standardOutputFailure();
  if (failure) end(failure);
}

function isJson(): boolean {
  return process.argv.includes('--json');
}

function end(error: unknown): void {
  const { exitCode, message, code } = failureOf(error);
  // Programs that read JSON get errors as JSON too, wherever in the command it was that things went wrong.
  if (message !== undefined) console.error(isJson() ? JSON.stringify({ error: { code, message } }) : message);
  process.exitCode = exitCode;
}
