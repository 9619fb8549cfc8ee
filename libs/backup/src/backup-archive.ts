import { createHash } from 'node:crypto';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { parseManifest, type BackupArtifact, type BackupKind, type BackupManifest } from './manifest.js';
import type { ObjectStore } from './object-store/object-store.port.js';

const MANIFEST = 'manifest.json';
const HOUR_MS = 3_600_000;
/** A backup without a manifest that is older than this is no longer being written. */
const ABANDONED_AFTER_MS = 24 * HOUR_MS;

/** The content of a backup. Streams are read one after the other, each once. */
export interface BackupContent {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly artifacts: AsyncIterable<ArtifactContent>;
}

export interface ArtifactContent {
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly content: Readable;
}

/** Which backups of a kind are kept. The newest always is. */
export interface Retention {
  readonly keepDays: number;
}

/** Backups in an object store: `<kind>/<time>/…`, with checksums and a manifest that marks them as complete. */
export class BackupArchive {
  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Human-readable location of the backups. */
  get location(): string {
    return this.store.location;
  }

  /** Writes a backup. On failure, removes the files already written. */
  async write(kind: BackupKind, { facts, artifacts }: BackupContent): Promise<BackupManifest> {
    const createdAt = this.now().toISOString();
    const id = `${kind}/${createdAt.replaceAll(':', '-')}`;
    const written: BackupArtifact[] = [];
    try {
      for await (const artifact of artifacts) written.push(await this.writeArtifact(id, artifact));
      const manifest: BackupManifest = { format: 1, kind, id, createdAt, facts, artifacts: written };
      await this.store.put(`${id}/${MANIFEST}`, Readable.from([JSON.stringify(manifest, null, 2)]));
      return manifest;
    } catch (error) {
      for (const { key } of await this.store.list(`${id}/`).catch(() => [])) {
        await this.store.delete(key).catch(() => undefined);
      }
      throw error;
    }
  }

  private async writeArtifact(id: string, { name, facts, content }: ArtifactContent): Promise<BackupArtifact> {
    const digest = createHash('sha256');
    let bytes = 0;
    const measured = new PassThrough();
    const counting = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        digest.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    try {
      await Promise.all([pipeline(content, counting, measured), this.store.put(`${id}/${name}`, measured)]);
    } catch (error) {
      // A store that fails stops reading, so the source must not wait for it.
      content.destroy();
      measured.destroy();
      throw error;
    }
    return { name, bytes, sha256: digest.digest('hex'), facts };
  }

  /** Complete backups of a kind, oldest first. */
  async list(kind: BackupKind): Promise<readonly BackupManifest[]> {
    const objects = await this.store.list(`${kind}/`);
    const manifests = objects.filter(({ key }) => key.endsWith(`/${MANIFEST}`));
    return Promise.all(manifests.map(({ key }) => this.readManifest(key)));
  }

  /**
   * Returns the backup with the given id, or the newest without one.
   *
   * @throws when there is none.
   */
  async find(kind: BackupKind, id?: string): Promise<BackupManifest> {
    const backups = await this.list(kind);
    const found = id === undefined ? backups.at(-1) : backups.find((backup) => backup.id === id);
    if (!found) throw new Error(`${this.location} has no backup ${id ?? `of ${kind}`}`);
    return found;
  }

  private async readManifest(key: string): Promise<BackupManifest> {
    try {
      return parseManifest(await text(await this.store.get(key)));
    } catch (error) {
      throw new Error(`${key} at ${this.location} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Returns the content of a backup file. The stream fails at its end when the checksum differs. */
  async read({ id }: BackupManifest, { name, sha256 }: BackupArtifact): Promise<Readable> {
    const content = await this.store.get(`${id}/${name}`);
    const digest = createHash('sha256');
    const checked = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        digest.update(chunk);
        done(null, chunk);
      },
      flush(done) {
        const isWhole = digest.digest('hex') === sha256;
        done(isWhole ? null : new Error(`${name} of ${id} is damaged: its checksum is not that of the manifest`));
      },
    });
    content.once('error', (error) => checked.destroy(error));
    return content.pipe(checked);
  }

  /** Reads a whole backup and verifies its checksums. Resolves with the number of bytes. */
  async check(backup: BackupManifest): Promise<number> {
    let bytes = 0;
    for (const artifact of backup.artifacts) {
      const chunks: AsyncIterable<Buffer> = await this.read(backup, artifact);
      for await (const chunk of chunks) bytes += chunk.length;
    }
    return bytes;
  }

  /** Removes backups beyond the retention and remains of interrupted ones. Resolves with the removed ids. */
  async prune(kind: BackupKind, { keepDays }: Retention): Promise<readonly string[]> {
    const complete = await this.list(kind);
    const newest = complete.at(-1)?.id;
    const oldest = this.now().getTime() - keepDays * 24 * HOUR_MS;
    const expired = complete.filter(({ id, createdAt }) => id !== newest && Date.parse(createdAt) < oldest);
    const isComplete = new Set(complete.map(({ id }) => id));
    const objects = await this.store.list(`${kind}/`);
    const ids = new Set(objects.map(({ key }) => key.split('/').slice(0, 2).join('/')));
    const abandoned = [...ids].filter((id) => !isComplete.has(id) && this.isAbandoned(id));
    const removed = [...expired.map(({ id }) => id), ...abandoned];
    for (const id of removed) await this.remove(id);
    return removed;
  }

  private isAbandoned(id: string): boolean {
    const time = id.split('/')[1]?.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:') ?? '';
    return Date.parse(time) < this.now().getTime() - ABANDONED_AFTER_MS;
  }

  /** Removes the manifest first, so that a partly removed backup does not look complete. */
  private async remove(id: string): Promise<void> {
    await this.store.delete(`${id}/${MANIFEST}`);
    for (const { key } of await this.store.list(`${id}/`)) await this.store.delete(key);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
