import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { runTool } from './run-tool.js';

/** Every Debian has these, and another C library than the system's own breaks programs. */
const ALWAYS_THERE = /^(libc6|libgcc-s1|adduser|lsb-base|sysvinit-utils|init-system-helpers|libelogind0)$/;

/** Of packages that are wanted for a program alone: what serves its manual pages. */
export const FOR_MANUALS = /^(bsdextrautils|groff-base|man-db|procps|python3)$/;

/**
 * Downloads the packages and what they need, and unpacks them into a folder; no root rights, nothing installed.
 *
 * @param unwanted names of what they need that is left out
 */
export async function unpackDebianPackages(
  packages: readonly string[],
  draft: string,
  unwanted: RegExp = /^$/,
): Promise<void> {
  const [first = ''] = packages;
  const aptOptions = await usableAptOptions(first, draft);
  const listed = await runTool('apt-cache', [
    ...aptOptions,
    'depends',
    '--no-recommends',
    '--no-suggests',
    ...packages,
  ]);
  const needed = [...listed.matchAll(/^ +\|?(?:Pre)?Depends: ([a-z0-9.+-]+)$/gm)].map((match) => match[1] ?? '');
  const names = [...new Set([...packages, ...needed])].filter(
    (name) => !ALWAYS_THERE.test(name) && !unwanted.test(name),
  );
  const downloads = path.join(draft, 'downloads');
  await mkdir(downloads);
  await runTool('apt-get', [...aptOptions, 'download', ...names], { cwd: downloads });
  for (const file of await readdir(downloads)) await runTool('dpkg', ['-x', path.join(downloads, file), draft]);
  for (const name of ['downloads', 'apt']) await rm(path.join(draft, name), { recursive: true, force: true });
}

/** Where shared libraries of unpacked packages lie. */
export async function libraryFolders(root: string): Promise<string> {
  const found = await Promise.all(
    ['usr/lib', 'lib'].map(async (name) => {
      const folder = path.join(root, name);
      const entries = await readdir(folder).catch(() => []);
      return entries.filter((entry) => entry.includes('linux-gnu')).map((entry) => path.join(folder, entry));
    }),
  );
  return found.flat().join(':');
}

/** The system's package lists if it has any, else lists of our own: a fresh container has none, and these need no root. */
async function usableAptOptions(name: string, draft: string): Promise<string[]> {
  const isKnown = await runTool('apt-cache', ['show', name]).then(
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
