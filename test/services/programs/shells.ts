import path from 'node:path';
import { ServerUnavailable } from '../lifetime/server-process.js';
import { cachedFolder, describe } from './cached-folder.js';
import { FOR_MANUALS, libraryFolders, unpackDebianPackages } from './debian-packages.js';
import { findOnPath, runTool } from './run-tool.js';

/** A shell that can be run here. */
export interface Shell {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Lines that have a zsh find its own functions and modules. */
  readonly prologue: string;
}

const PACKAGES = { zsh: ['zsh', 'zsh-common'], fish: ['fish', 'fish-common'] } as const;
const PROGRAMS = { zsh: 'bin/zsh', fish: 'usr/bin/fish' } as const;

/** The shell on PATH, else the one of Debian's package, unpacked into the cache. @throws ServerUnavailable */
export async function findShell(name: keyof typeof PACKAGES): Promise<Shell> {
  const installed = await findOnPath(name);
  if (installed !== undefined) return { command: installed, env: {}, prologue: '' };
  if ((await findOnPath('apt-get')) === undefined || (await findOnPath('dpkg')) === undefined) {
    throw new ServerUnavailable(`${name} is not installed, and there is no apt-get to fetch it with`);
  }
  const root = await cachedFolder(`${name}-debian`, async (draft) => {
    await unpackDebianPackages(PACKAGES[name], draft, FOR_MANUALS);
    const env = { LD_LIBRARY_PATH: await libraryFolders(draft) };
    await runTool(path.join(draft, PROGRAMS[name]), ['--version'], { env });
  }).catch((error: unknown) => {
    throw new ServerUnavailable(`${name} cannot be had: ${describe(error)}`, { cause: error });
  });
  return {
    command: path.join(root, PROGRAMS[name]),
    env: { LD_LIBRARY_PATH: await libraryFolders(root) },
    prologue: `module_path=(${root}/usr/lib/*/zsh/*(/N)); fpath=(${root}/usr/share/zsh/functions/**/*(/N));`,
  };
}
