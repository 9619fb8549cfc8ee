import { execFile } from 'node:child_process';
import { readFile, readlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './error-code.js';

const run = promisify(execFile);

/** Contents of `postmaster.pid` of a cluster, written by its running PostgreSQL. */
export interface PostmasterFile {
  readonly pid: number;
  readonly clusterDir: string;
  /** Known once the server listens. */
  readonly port: number | undefined;
  readonly status: 'starting' | 'ready' | 'stopping' | undefined;
}

/**
 * State of the process named by a `postmaster.pid`: the server of that cluster, gone, or `foreign`: another process or
 * a zombie, whose pid PostgreSQL would still respect.
 */
export type PostmasterLiveness = 'alive' | 'dead' | 'foreign';

const pathOf = (clusterDir: string): string => path.join(clusterDir, 'postmaster.pid');

/** Reads `postmaster.pid`; undefined when there is none (or it is still empty). */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(pathOf(clusterDir), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  // A single-user backend writes its pid negated.
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const port = Number.parseInt(lines[3] ?? '', 10);
  const word = lines[7]?.trim();
  return {
    pid,
    clusterDir: lines[1] ?? '',
    port: port > 0 ? port : undefined,
    status: word === 'starting' || word === 'ready' || word === 'stopping' ? word : undefined,
  };
}

/**
 * Checks whether the process named by `file` really is the server of `clusterDir`: pids are reused, folders are copied.
 */
export async function postmasterLiveness(clusterDir: string, file: PostmasterFile): Promise<PostmasterLiveness> {
  if (!exists(file.pid)) return 'dead';
  if (!(await isAlive(file.pid))) return 'foreign';
  if (process.platform === 'linux') {
    // A server always runs inside its cluster folder; unlike the text in the file, its working directory cannot be
    // copied.
    const cwd = await readlink(`/proc/${file.pid}/cwd`).catch(() => undefined);
    if (cwd !== undefined) return cwd === clusterDir && (await isPostgres(file.pid)) ? 'alive' : 'foreign';
  }
  return file.clusterDir === clusterDir && (await isPostgres(file.pid)) ? 'alive' : 'foreign';
}

/** True while the process exists and is not a zombie waiting to be reaped. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return false;
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/**
 * Lets PostgreSQL take over a stale `postmaster.pid` whose pid now belongs to an unrelated process.
 *
 * PostgreSQL would refuse to start. It treats its own parent's pid as stale, so that pid is written: the rest of the
 * file stays, and with it PostgreSQL's check that no orphaned backend still uses the shared memory.
 */
export async function disownPostmasterFile(clusterDir: string, stale: PostmasterFile): Promise<void> {
  const text = await readFile(pathOf(clusterDir), 'utf8');
  const lines = text.split('\n');
  if (Math.abs(Number.parseInt(lines[0] ?? '', 10)) !== stale.pid) return;
  lines[0] = String(process.pid);
  await writeFile(pathOf(clusterDir), lines.join('\n'));
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  if (process.platform === 'linux') {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return name.trim() === 'postgres';
  }
  const listed = await run('ps', ['-p', String(pid), '-o', 'comm=']).catch(() => undefined);
  return listed?.stdout.includes('postgres') ?? false;
}
