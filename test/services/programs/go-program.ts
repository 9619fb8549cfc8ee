import path from 'node:path';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** A program of a Go module. */
export interface GoProgram {
  readonly module: string;
  readonly version: string;
  /** Its folder in the module. */
  readonly program: string;
  /** What the built file is called; the name of its folder without it. */
  readonly name?: string;
  readonly tags?: string;
  /** Variables that are set at link time, as `package.name=value`. */
  readonly linked?: readonly string[];
}

const TIMEOUT_MS = 1_200_000;

/**
 * Builds a program into a folder, in the folder of its own module, because some modules replace others there.
 *
 * @throws ServerUnavailable without Go
 */
export async function buildGoProgram(
  { module, version, program, name = path.basename(program), tags = '', linked = [] }: GoProgram,
  target: string,
): Promise<void> {
  if ((await findOnPath('go')) === undefined)
    throw new ServerUnavailable('Go (https://go.dev) is not installed to build it with');
  const downloaded = await runTool('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: target });
  const [, folder = ''] = /"Dir": "([^"]+)"/.exec(downloaded) ?? [];
  const linker = `-ldflags=${['-s -w', ...linked.map((value) => `-X ${value}`)].join(' ')}`;
  const options = ['-trimpath', '-buildvcs=false', `-tags=${tags}`, linker];
  await runTool('go', ['build', ...options, '-o', path.join(target, name), `./${program}`], {
    cwd: folder,
    env: { GOWORK: 'off' },
    timeoutMs: TIMEOUT_MS,
  });
}
