import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = 'api-token';
const OWNER_ONLY = 0o600;

export interface TokenFile {
  readonly token: string;
  readonly path: string;
  /** True when this call created it: show it to the operator now, once. */
  readonly created: boolean;
}

/**
 * Returns the bearer token stored in the data folder; creates a random one (256 bits) at the first call. The file is
 * readable by its owner only and is written atomically, even if the process dies; processes that start together agree on
 * one token.
 *
 * @throws Error naming the file when it is empty or cannot be read or made.
 */
export async function ensureTokenFile(dataDir: string): Promise<TokenFile> {
  const path = join(dataDir, FILE_NAME);
  const known = await readToken(path);
  if (known !== undefined) return { token: known, path, created: false };
  await mkdir(dataDir, { recursive: true });
  const token = randomBytes(32).toString('base64url');
  if (await createWhole(path, `${token}\n`)) return { token, path, created: true };
  const others = await readToken(path);
  if (others === undefined) throw new Error(`${path} vanished while it was read`);
  return { token: others, path, created: false };
}

/**
 * The token kept in the data folder; undefined when there is none.
 *
 * @throws Error naming the file when it is empty or cannot be read.
 */
export function readTokenFile(dataDir: string): Promise<string | undefined> {
  return readToken(join(dataDir, FILE_NAME));
}

async function readToken(path: string): Promise<string | undefined> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) await chmod(path, OWNER_ONLY);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new Error(`the token file ${path} cannot be read`, { cause: error });
  }
  const token = content.trim();
  if (token === '')
    throw new Error(`the token file ${path} is empty: put a token into it, or remove it to get a new one`);
  return token;
}

/** Writes a temporary file, then moves it into place without replacing. False when another process was first. */
async function createWhole(path: string, content: string): Promise<boolean> {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(aside, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return await moveIntoPlace(aside, path);
  } catch (error) {
    throw new Error(`the token file ${path} cannot be created`, { cause: error });
  } finally {
    await rm(aside, { force: true });
  }
}

async function moveIntoPlace(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    // Some file systems have no hard links; there the last of several concurrent first starts wins.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].some((code) => hasCode(error, code))) throw error;
    await rename(aside, path);
    return true;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
