import path from 'node:path';
import { cachedFolder } from './cached-folder.js';
import { libraryFolders, unpackDebianPackages } from './debian-packages.js';
import { findOnPath, runTool } from './run-tool.js';
import { ServerUnavailable } from '../lifetime/server-process.js';

/** Programs of Debian that are unpacked and run, but not installed. */
export interface DebianPackages {
  /** Of the folder in the cache. */
  readonly name: string;
  readonly packages: readonly string[];
  /** What the first package is for; tried before the folder is kept. */
  readonly program: string;
  /** Needed by the package's own scripts only. */
  readonly without?: RegExp;
}

/** A program of such a package. */
export interface UnpackedProgram {
  readonly command: string;
  /** Where shared libraries of the packages lie. */
  readonly libraryPath: string;
}

/**
 * The program of Debian's package, unpacked into the cache: the system stays as it is.
 *
 * @throws ServerUnavailable without apt-get and dpkg, or when the packages cannot be fetched
 */
export async function findDebianProgram(wanted: DebianPackages): Promise<UnpackedProgram> {
  if ((await findOnPath('apt-get')) === undefined || (await findOnPath('dpkg')) === undefined) {
    throw new ServerUnavailable('there is no apt-get to fetch it with');
  }
  const folder = await cachedFolder(wanted.name, (draft) => unpack(draft, wanted));
  return programIn(folder, wanted.program);
}

async function programIn(folder: string, program: string): Promise<UnpackedProgram> {
  return { command: path.join(folder, 'usr', program), libraryPath: await libraryFolders(folder) };
}

async function unpack(draft: string, { packages, program, without }: DebianPackages): Promise<void> {
  await unpackDebianPackages(packages, draft, without);
  const { command, libraryPath } = await programIn(draft, program);
  await runTool(command, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath } });
}
