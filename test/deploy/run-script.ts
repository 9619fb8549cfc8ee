import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment } from '../services/environment.js';
import { REPOSITORY } from '../services/repository.js';
import type { FakePrograms } from './fake-programs.js';

export interface ScriptOutcome {
  readonly status: number | null;
  /** Both streams. */
  readonly output: string;
}

export interface ScriptRun {
  readonly settings?: Readonly<Record<string, string>>;
  /** Stand in for programs on PATH. */
  readonly fakes?: FakePrograms;
}

/** Runs a program in the root of the repository, with nothing of the developer's environment but PATH and HOME. */
export async function runScript(
  command: string,
  args: readonly string[],
  { settings = {}, fakes }: ScriptRun = {},
): Promise<ScriptOutcome> {
  const system = childEnvironment(settings);
  const env = { ...system, PATH: fakes === undefined ? system['PATH'] : fakes.pathBefore(system['PATH']) };
  const child = spawn(command, args, { cwd: REPOSITORY, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  // Not `close`: what a script leaves running in the background may hold its streams.
  await once(child, 'exit');
  return { status: child.exitCode, output };
}
