import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../services/environment.js';
import { TOKEN } from './running-service.js';

/** The built program. */
export const SOMA = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

export interface SomaResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line program with the environment of a service. */
export function startSoma(
  settings: Readonly<Record<string, string>>,
  ...args: string[]
): { readonly child: ChildProcess; readonly done: Promise<SomaResult> } {
  const child = spawn(process.execPath, [SOMA, ...args], {
    env: childEnvironment({ SOMA_API_TOKEN: TOKEN, ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const done = once(child, 'close').then(() => ({ code: child.exitCode, ...output }));
  return { child, done };
}

/** Runs it to its end. */
export function soma(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<SomaResult> {
  return startSoma(settings, ...args).done;
}
