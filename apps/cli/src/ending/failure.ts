import { harmless } from '../terminal/terminal.js';
import { CommandError, EXIT, type ExitCode } from './exit-codes.js';

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** What a command ends with that could not do its work. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** For standard error; none where nobody is left to read. */
  readonly message?: string;
  /** For programs: the code of the error catalogue, or the name of the exit code. */
  readonly code: string;
}

export function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof CommandError) {
    const { exitCode, message: text } = error;
    return { exitCode, message: harmlessLines(text), code: typeof code === 'string' ? code : nameOf(exitCode) };
  }
  if (code === 'EPIPE') return { exitCode: EXIT.brokenPipe, code };
  const message = error instanceof Error ? error.message : String(error);
  if (NO_ROOM.includes(String(code))) {
    const said = `there is no room left to write to: ${harmless(message)}`;
    return { exitCode: EXIT.output, message: said, code: nameOf(EXIT.output) };
  }
  // Settings are part of how the command is used.
  const isConfig = error instanceof Error && error.name === 'ConfigError';
  const exitCode = isConfig ? EXIT.usage : EXIT.failed;
  return { exitCode, message: harmlessLines(message), code: nameOf(exitCode) };
}

function nameOf(exitCode: ExitCode): string {
  return Object.entries(EXIT).find(([, value]) => value === exitCode)?.[0] ?? 'failed';
}

function harmlessLines(text: string): string {
  return text.split('\n').map(harmless).join('\n');
}
