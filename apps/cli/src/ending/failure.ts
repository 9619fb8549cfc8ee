import { harmless } from '../terminal/terminal.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** What a command ends with that could not do its work. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** For standard error; none where nobody is left to read. */
  readonly message?: string;
}

export function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: harmlessLines(error.message) };
  if (code === 'EPIPE') return { exitCode: EXIT.brokenPipe };
  const message = error instanceof Error ? error.message : String(error);
  if (NO_ROOM.includes(String(code))) {
    return { exitCode: EXIT.output, message: `there is no room left to write to: ${harmless(message)}` };
  }
  // Settings are part of how the command is used.
  const isConfig = error instanceof Error && error.name === 'ConfigError';
  return { exitCode: isConfig ? EXIT.usage : EXIT.failed, message: harmlessLines(message) };
}

function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
