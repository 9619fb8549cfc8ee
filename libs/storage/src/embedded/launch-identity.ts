import { execFile, type SpawnOptions } from 'node:child_process';
import { access, chown, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';

const run = promisify(execFile);

/** A program call, adapted to the user that runs PostgreSQL. */
export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'>;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
const CAPABILITY_BITS = { dac_override: 1n, dac_read_search: 2n } as const;
type Capability = keyof typeof CAPABILITY_BITS;

/**
 * The user that runs the PostgreSQL programs.
 *
 * PostgreSQL refuses to run as root. For an ordinary user nothing changes. For root, the programs run as the owner of
 * the existing cluster, else as `postgres`, else as `nobody`. When that user cannot reach the data folder or the
 * programs (a checkout below /root, say), they are started through util-linux `setpriv` with one file-access
 * capability.
 */
export class LaunchIdentity {
  private constructor(
    private readonly binaries: PostgresBinaries,
    private readonly account: Account | undefined,
    private readonly setpriv: { readonly file: string; readonly capability: Capability } | undefined,
  ) {}

  /** @throws EmbeddedPostgresError PERMISSION_DENIED when no suitable user or no access to the folders is found */
  static async choose(binaries: PostgresBinaries, dataDir: string, clusterDir: string): Promise<LaunchIdentity> {
    if (process.getuid?.() !== 0) return new LaunchIdentity(binaries, undefined, undefined);
    const account = (await ownerOf(clusterDir)) ?? (await lookUp('postgres')) ?? (await lookUp('nobody'));
    if (account === undefined) {
      throw new EmbeddedPostgresError(
        'PERMISSION_DENIED',
        'PostgreSQL does not run as root, and this system has neither a "postgres" nor a "nobody" user. Start the service as an ordinary user, or set POSTGRES_URL.',
      );
    }
    const blocked = await firstBlocked(account, [dataDir, binaries.postgres, binaries.initdb]);
    if (blocked === undefined) return new LaunchIdentity(binaries, account, undefined);
    const identity = new LaunchIdentity(binaries, account, await findSetpriv(account, blocked, dataDir));
    await identity.prove(blocked.at, dataDir);
    return identity;
  }

  /** Returns the call that runs `file` as this user. */
  invocation(file: string, args: readonly string[]): Invocation {
    const options = { cwd: '/', env: this.environment() };
    if (process.platform === 'win32') return { file, args, options: {} };
    if (this.account === undefined) return { file, args, options };
    const { uid, gid } = this.account;
    if (this.setpriv === undefined) return { file, args, options: { ...options, uid, gid } };
    const capability = `+${this.setpriv.capability}`;
    const privileges = [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      // PostgreSQL checks its own programs with access(2), which ignores capabilities of a non-root user without this.
      '--securebits=+no_setuid_fixup',
    ];
    return { file: this.setpriv.file, args: [...privileges, '--', file, ...args], options };
  }

  /** Gives files or folders to the user that runs PostgreSQL; does nothing for an ordinary user. */
  async own(...paths: string[]): Promise<void> {
    if (this.account === undefined) return;
    for (const target of paths) await chown(target, this.account.uid, this.account.gid);
  }

  private environment(): NodeJS.ProcessEnv {
    const library = this.binaries.libraryPath;
    return {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      LC_ALL: 'C',
      ...(library === undefined ? {} : { LD_LIBRARY_PATH: library, DYLD_LIBRARY_PATH: library }),
    };
  }

  /** Runs PostgreSQL once, so that a missing capability is reported here and not by a partial cluster. */
  private async prove(blocked: string, dataDir: string): Promise<void> {
    const { file, args, options } = this.invocation(this.binaries.postgres, ['--version']);
    try {
      const { stderr } = await run(file, [...args], options);
      if (/Permission denied/i.test(stderr)) throw new Error(stderr.trim());
    } catch (cause) {
      throw unreachable({ user: this.account?.name ?? 'postgres', blocked, dataDir }, cause);
    }
  }
}

async function ownerOf(clusterDir: string): Promise<Account | undefined> {
  const found = await stat(clusterDir).catch(() => undefined);
  if (found === undefined || found.uid === 0) return undefined;
  return { name: `uid ${found.uid}`, uid: found.uid, gid: found.gid };
}

async function lookUp(name: string): Promise<Account | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = passwd.split('\n').find((entry) => entry.startsWith(`${name}:`));
  const fields = line?.split(':') ?? [];
  const account = accountFrom(name, fields[2], fields[3]);
  if (account !== undefined) return account;
  // Users of a directory service are not in the file.
  const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => undefined);
  return accountFrom(name, ids?.[0].stdout, ids?.[1].stdout);
}

function accountFrom(name: string, uidText: string | undefined, gidText: string | undefined): Account | undefined {
  const uid = Number.parseInt(uidText ?? '', 10);
  const gid = Number.parseInt(gidText ?? '', 10);
  return uid > 0 && gid >= 0 ? { name, uid, gid } : undefined;
}

interface Blocked {
  readonly at: string;
  readonly isDirectory: boolean;
}

/** Returns the most informative path towards `targets` that `account` may not access: a file if any, else a folder. */
async function firstBlocked(account: Account, targets: readonly string[]): Promise<Blocked | undefined> {
  const places = new Set<string>();
  for (const target of targets) {
    for (let at = await realpath(target); ; at = path.dirname(at)) {
      places.add(at);
      if (at === path.dirname(at)) break;
    }
  }
  let folder: Blocked | undefined;
  for (const at of places) {
    const { mode, uid, gid } = await stat(at);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 1) continue;
    const blocked = { at, isDirectory: (await stat(at)).isDirectory() };
    if (!blocked.isDirectory) return blocked;
    folder ??= blocked;
  }
  return folder;
}

async function findSetpriv(
  account: Account,
  blocked: Blocked,
  dataDir: string,
): Promise<{ file: string; capability: Capability }> {
  const held = await effectiveCapabilities();
  // Traversing folders needs the smaller capability; a program without execute permission needs the larger.
  const wanted: readonly Capability[] = blocked.isDirectory ? ['dac_read_search', 'dac_override'] : ['dac_override'];
  const capability = wanted.find((name) => (held >> CAPABILITY_BITS[name]) & 1n);
  for (const file of SETPRIV) {
    if (capability !== undefined && (await isExecutable(file))) return { file, capability };
  }
  throw unreachable({ user: account.name, blocked: blocked.at, dataDir });
}

async function effectiveCapabilities(): Promise<bigint> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return hex === undefined ? 0n : BigInt(`0x${hex}`);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, 1).then(
    () => true,
    () => false,
  );
}

interface Refusal {
  readonly user: string;
  /** The place that the user may not enter. */
  readonly blocked: string;
  readonly dataDir: string;
}

function unreachable({ user, blocked, dataDir }: Refusal, cause?: unknown): EmbeddedPostgresError {
  const inDataDir = dataDir === blocked || dataDir.startsWith(blocked.endsWith('/') ? blocked : `${blocked}/`);
  const advice = inDataDir
    ? 'Set SOMA_DATA_DIR to a folder that user can reach, for example SOMA_DATA_DIR=/var/lib/somafractalmemory (and keep the program itself out of private folders), or start the service as an ordinary user.'
    : 'Move the program out of that folder, or start the service as the ordinary user who owns it.';
  return new EmbeddedPostgresError(
    'PERMISSION_DENIED',
    `PostgreSQL does not run as root, and the user it runs as (${user}) may not enter ${blocked}. ${advice}`,
    cause === undefined ? undefined : { cause },
  );
}
