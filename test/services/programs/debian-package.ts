import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder } from './cached-folder.js';
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
  readonly without?: readonly string[];
}

/** A program of such a package. */
export interface UnpackedProgram {
  readonly command: string;
  /** Where shared libraries of the packages lie. */
  readonly libraryPath: string;
}

/** Every Debian has these, and another C library than the system's own breaks programs. */
const ALWAYS_THERE = /^(libc6|libgcc-s1|adduser|lsb-base|sysvinit-utils|init-system-helpers|libelogind0)$/;

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
  const libraries = path.join(folder, 'usr', 'lib');
  const triplets = (await readdir(libraries)).filter((name) => name.includes('linux-gnu'));
  const libraryPath = triplets.map((name) => path.join(libraries, name)).join(':');
  return { command: path.join(folder, 'usr', program), libraryPath };
}

/** Downloads the packages and what they need that is missing here; no root rights, nothing installed. */
async function unpack(draft: string, { packages, program, without = [] }: DebianPackages): Promise<void> {
  const aptOptions = await usableAptOptions(draft, packages[0] ?? '');
  const withoutAdvice = ['--no-recommends', '--no-suggests'];
  const listed = await runTool('apt-cache', [...aptOptions, 'depends', ...withoutAdvice, ...packages]);
  const needed = [...listed.matchAll(/^ +\|?(?:Pre)?Depends: ([a-z0-9.+-]+)$/gm)].map((match) => match[1] ?? '');
  const names = [...new Set([...packages, ...needed])].filter(
    (name) => !ALWAYS_THERE.test(name) && !without.includes(name),
  );
  const downloads = path.join(draft, 'downloads');
  await mkdir(downloads);
  await runTool('apt-get', [...aptOptions, 'download', ...names], { cwd: downloads });
  for (const file of await readdir(downloads)) await runTool('dpkg', ['-x', path.join(downloads, file), draft]);
  const { command, libraryPath } = await programIn(draft, program);
  await runTool(command, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath } });
  for (const name of ['downloads', 'apt']) await rm(path.join(draft, name), { recursive: true, force: true });
}

/** The system's package lists if it has any, else lists of our own: a fresh container has none, and these need no root. */
async function usableAptOptions(draft: string, known: string): Promise<string[]> {
  const isKnown = await runTool('apt-cache', ['show', known]).then(
    (text) => text.includes('Filename:'),
    () => false,
  );
  const asOrdinaryUser = ['-o', 'APT::Sandbox::User=root'];
  if (isKnown) return asOrdinaryUser;
  const state = path.join(draft, 'apt');
  await mkdir(path.join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(state, 'cache', 'archives', 'partial'), { recursive: true });
  const options = [...asOrdinaryUser, '-o', `Dir::State::lists=${state}/lists`, '-o', `Dir::Cache=${state}/cache`];
  await runTool('apt-get', [...options, 'update']);
  return options;
}
