import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { toolEnvironment } from '../environment.js';

export interface RunToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default 900000 */
  readonly timeoutMs?: number;
}

/** Runs a program to its end. @returns what it printed, both streams @throws Error with what it printed */
export async function runTool(command: string, args: readonly string[], options: RunToolOptions = {}): Promise<string> {
  const { cwd, env, timeoutMs = 900_000 } = options;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd, env: toolEnvironment(env), timeout: timeoutMs, maxBuffer: 32 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(`${stdout}${stderr}`);
        else
          reject(
            new Error(`${path.basename(command)} failed: ${lastLines(`${stdout}${stderr}`) || error.message}`, {
              cause: error,
            }),
          );
      },
    );
  });
}

/** The program's full path, if one of that name is on PATH. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of (toolEnvironment()['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && isThere) return file;
  }
  return undefined;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-10).join('\n');
}
