import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { ObjectNotFoundError, ObjectStore, type StoredObject } from '../object-store/object-store.port.js';

/** Objects being written; never listed. */
const PARTIAL = '.partial';

/** Stores objects as files in a folder, e.g. a mounted volume or network share. Files are synced before they appear. */
export class FileObjectStore extends ObjectStore {
  readonly location: string;
  private readonly root: string;

  constructor(folder: string) {
    super();
    this.root = resolve(folder);
    this.location = this.root;
  }

  async put(key: string, content: Readable): Promise<void> {
    const path = this.pathOf(key);
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const partial = `${path}.${randomUUID()}${PARTIAL}`;
    try {
      await pipeline(content, createWriteStream(partial, { mode: 0o600, flush: true }));
      await rename(partial, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(partial, { force: true });
      if (made !== undefined) await removeEmpty(dirname(path), dirname(made));
      throw error;
    }
  }

  async get(key: string): Promise<Readable> {
    const path = this.pathOf(key);
    const file = await stat(path).catch(() => undefined);
    if (!file?.isFile()) throw new ObjectNotFoundError(key, this.location);
    return createReadStream(path);
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    const keys = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith(PARTIAL))
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.root.length + 1)
          .replaceAll(sep, '/'),
      )
      .filter((key) => key.startsWith(prefix))
      .sort();
    return Promise.all(keys.map(async (key) => ({ key, bytes: (await stat(this.pathOf(key))).size })));
  }

  async delete(key: string): Promise<void> {
    const path = this.pathOf(key);
    await rm(path, { force: true });
    await removeEmpty(dirname(path), this.root);
  }

  private pathOf(key: string): string {
    const path = resolve(this.root, key);
    if (!path.startsWith(this.root + sep)) throw new Error(`${key} is outside ${this.root}`);
    return path;
  }
}

/** Removes a folder and those around it, as far as they are empty, below `limit`: to whoever lists them they look like backups. */
async function removeEmpty(folder: string, limit: string): Promise<void> {
  for (let each = folder; each.startsWith(limit.endsWith(sep) ? limit : limit + sep); each = dirname(each)) {
    try {
      await rmdir(each);
    } catch {
      // It holds something, or is gone.
      return;
    }
  }
}

/** A renamed file survives a power cut only when its folder is synced too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
