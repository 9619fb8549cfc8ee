import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { dropCollection } from '../collections/collections.js';
import { SnapshotRefused } from '../server/qdrant-errors.js';
import type { QdrantServer } from '../server/qdrant-server.js';

/** An alias and the collection it points to. */
export interface CollectionAlias {
  readonly alias: string;
  readonly collection: string;
}

/** Creating and restoring a snapshot takes time proportional to the collection's size. */
const SLOWLY = { timeoutMs: 60 * 60_000 };

/** Snapshots of whole collections, as streams. */
export class QdrantSnapshots {
  constructor(private readonly server: QdrantServer) {}

  /** Names of all collections of the server. */
  async collections(): Promise<readonly string[]> {
    const { collections } = await this.server.call((api, init) => api.getCollections({}, init));
    return collections.map(({ name }) => name).sort();
  }

  async aliases(): Promise<readonly CollectionAlias[]> {
    const { aliases } = await this.server.call((api, init) => api.getCollectionsAliases({}, init));
    return aliases.map(({ alias_name: alias, collection_name: collection }) => ({ alias, collection }));
  }

  /**
   * Creates and streams a snapshot of a collection. The server's own copy is deleted when the stream closes,
   * successfully or not.
   */
  async take(collection: string): Promise<Readable> {
    const snapshot = await this.server.call(
      (api, init) => api.createSnapshot({ collection_name: collection, wait: true }, init),
      SLOWLY,
    );
    if (!snapshot) throw new SnapshotRefused(`Qdrant made no snapshot of ${collection}`);
    const { name } = snapshot;
    try {
      const response = await this.server.fetch(`${pathOf(collection)}/${encodeURIComponent(name)}`);
      if (!response.ok || !response.body) {
        throw new SnapshotRefused(`the snapshot of ${collection} cannot be read (${response.status})`);
      }
      const content = Readable.fromWeb(response.body);
      content.once('close', () => void this.discard(collection, name));
      return content;
    } catch (error) {
      await this.discard(collection, name);
      throw error;
    }
  }

  /** Replaces the collection of that name, if there is one, with the snapshot. */
  async restore(collection: string, snapshot: Readable): Promise<void> {
    const boundary = `sfm-${randomUUID()}`;
    const name = `${boundary}.snapshot`;
    const response = await this.server.fetch(`${pathOf(collection)}/upload?priority=snapshot&wait=true`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: multipart(boundary, name, snapshot),
      duplex: 'half',
    });
    const answer = await response.text();
    await this.discard(collection, name);
    if (!response.ok) {
      throw new SnapshotRefused(`Qdrant refused the snapshot of ${collection} (${response.status}): ${answer}`);
    }
  }

  /** Deletes a collection with all its points and aliases. */
  async drop(collection: string): Promise<void> {
    await dropCollection(this.server, collection);
  }

  /** A leftover on the server's disk costs space, but does not invalidate a complete copy. */
  private async discard(collection: string, name: string): Promise<void> {
    const snapshot = { collection_name: collection, snapshot_name: name, wait: true };
    await this.server.call((api, init) => api.deleteSnapshot(snapshot, init), SLOWLY).catch(() => undefined);
  }

  /** Points the aliases at the given collections, atomically. */
  async setAliases(aliases: readonly CollectionAlias[]): Promise<void> {
    if (aliases.length === 0) return;
    const actions = aliases.map(({ alias, collection }) => ({
      create_alias: { alias_name: alias, collection_name: collection },
    }));
    await this.server.call((api, init) => api.updateAliases({ actions }, init), SLOWLY);
  }
}

function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection)}/snapshots`;
}

async function* multipart(boundary: string, name: string, content: Readable): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = content;
  const disposition = `content-disposition: form-data; name="snapshot"; filename="${name}"`;
  yield Buffer.from(`--${boundary}\r\n${disposition}\r\ncontent-type: application/octet-stream\r\n\r\n`);
  yield* chunks;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
