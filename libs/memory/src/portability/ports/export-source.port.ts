import type { Link } from '../../links/ports/link.js';
import type { ListPosition } from '../../read/list-position.js';
import type { Namespace } from '../../model/namespace.js';
import type { PortableMemory, PortableVersion } from './portable-memory.js';

/** A memory without its earlier versions, and where they begin. */
export interface SnapshotMemory extends Omit<PortableMemory, 'versions'> {
  readonly key: string;
  /** The version that began its present life. */
  readonly createdVersion: number;
}

export interface SnapshotMemories {
  readonly memories: readonly SnapshotMemory[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: ListPosition;
}

/** Which page of a snapshot is wanted. */
export interface SnapshotQuery<Place> {
  /** From `ExportSource.position`. */
  readonly position: number;
  /** Continue after this place; from the beginning when omitted. */
  readonly after?: Place;
  /** What has expired by then is left out. */
  readonly now: Date;
}

/** A place among links, which are ordered by where they lead from, then by when they were made. */
export interface LinkPlace {
  readonly fromKey: string;
  readonly id: number;
}

export interface SnapshotLinks {
  readonly links: readonly Link[];
  readonly next?: LinkPlace;
}

/** Which earlier versions of a memory are wanted. */
export interface EarlierVersions {
  readonly key: string;
  readonly position: number;
  /** The first and, exclusive, the last version. */
  readonly from: number;
  readonly below: number;
}

/** Names a link. */
export interface LinkName {
  readonly fromKey: string;
  readonly type: string;
  readonly toKey: string;
}

/**
 * Reads a namespace as it was at a position of the ledger, a page at a time, while others write. No page holds anything
 * open, so a reader may take its time. What was deleted or has expired since the position is left out: a deletion counts
 * for everybody. Pages are bounded in rows and bytes.
 */
export abstract class ExportSource {
  /**
   * Returns the position of now: what was acknowledged is before it, what begins later is after it.
   *
   * @throws StoreUnavailableError when a write under way does not end
   */
  abstract position(): Promise<number>;

  /** Returns memories in order of creation, with their versions as of the position. */
  abstract memories(
    namespace: Namespace,
    query: SnapshotQuery<ListPosition> & { readonly withVectors: boolean },
  ): Promise<SnapshotMemories>;

  /** Returns the newest of the versions, as many as there may be: oldest first, without a gap. */
  abstract versions(namespace: Namespace, query: EarlierVersions): Promise<readonly PortableVersion[]>;

  abstract links(namespace: Namespace, query: SnapshotQuery<LinkPlace>): Promise<SnapshotLinks>;

  /** Returns the `Memory.id` of the coordinate, deleted or not; undefined where nothing was ever stored. */
  abstract memoryId(namespace: Namespace, key: string): Promise<number | undefined>;

  /** Returns the `Link.id`; undefined when there is no such link. */
  abstract linkId(namespace: Namespace, link: LinkName): Promise<number | undefined>;
}
