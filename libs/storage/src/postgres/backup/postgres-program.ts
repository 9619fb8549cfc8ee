import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Readable, Writable } from 'node:stream';

/** Maximum length of a program's error output that is reported. */
const TOLD_CHARACTERS = 2000;

/** A PostgreSQL program could not be started or failed. */
export class PostgresProgramError extends Error {
  override readonly name = 'PostgresProgramError';
}

export interface RunningProgram {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves on success. @throws PostgresProgramError with the program's error output. */
  readonly done: Promise<void>;
  kill(): void;
}

/** Starts `pg_dump` or `pg_restore` from the search path. */
export function startProgram(name: 'pg_dump' | 'pg_restore', args: readonly string[]): RunningProgram {
  const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout } = child;
  // The program's own message is better.
  stdin.on('error', () => undefined);
  return { stdin, stdout, done: outcome(name, child), kill: () => void child.kill() };
}

async function outcome(name: string, child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  const complaint = text(child.stderr).catch(() => '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new PostgresProgramError(
          `${name} cannot be started (${cause.message}); install PostgreSQL's client programs, of the server's version or newer`,
          { cause },
        ),
      );
    });
    child.once('close', resolve);
  });
  if (code === 0) return;
  const told = (await complaint).trim().slice(0, TOLD_CHARACTERS);
  throw new PostgresProgramError(`${name} failed${code === null ? ' (it was killed)' : ''}: ${told || `exit ${code}`}`);
}
