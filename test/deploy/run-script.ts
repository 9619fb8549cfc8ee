import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
  const folder = await mkdtemp(path.join(tmpdir(), 'sfm-script-'));
  // A file is whole when the script has ended; a pipe may end later, with what the script left running in the background.
  const printed = await open(path.join(folder, 'output'), 'a+');
  try {
    const child = spawn(command, args, { cwd: REPOSITORY, env, stdio: ['ignore', printed.fd, printed.fd] });
    await once(child, 'exit');
    return { status: child.exitCode, output: await readFile(path.join(folder, 'output'), 'utf8') };
  } finally {
    await printed.close();
    await rm(folder, { recursive: true, force: true });
  }
}
