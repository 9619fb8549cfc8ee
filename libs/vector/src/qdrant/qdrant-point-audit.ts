import { ALTERED_DIGEST, PointAudit, type HeldPoint, type Namespace, type PointVersion } from '@sfm/memory';
import type { CollectionCatalog } from './collections/collection-catalog.js';
import { inNamespace } from './points/filter-pushdown.js';
import { OWN_FIELD, readHeld, readVersion } from './points/point-codec.js';
import { pointId } from './points/point-id.js';
import type { RemovedVersions } from './points/removed-versions.js';

/** Payloads and vectors can be large, and an answer must arrive in time. */
const BATCH = 100;
const VERSIONS_PER_PAGE = 1000;

/**
 * A point under an id other than the one the index assigns to its key, or without a key, is reported by its id: no
 * memory has such a key.
 */
const STRAY = 'point ';
const NOTHING_READ = { digest: ALTERED_DIGEST, id: 0, createdAtMs: 0, expiresAtMs: null, vector: null };

/** Audits a namespace's points in Qdrant one by one, including those that this index has not written. */
export class QdrantPointAudit extends PointAudit {
  constructor(
    private readonly catalog: CollectionCatalog,
    /** The index's removed versions; evicted points are forgotten there. */
    private readonly removed: RemovedVersions,
  ) {
    super();
  }

  /** @throws IndexUnusableError; IndexUnavailableError */
  async *scan(namespace: Namespace): AsyncGenerator<readonly PointVersion[]> {
    const collection = await this.catalog.find(namespace);
    if (!collection) return;
    const request = {
      collection_name: collection.name,
      limit: VERSIONS_PER_PAGE,
      with_payload: [`${OWN_FIELD}.key`, `${OWN_FIELD}.version`],
      with_vector: false,
      ...(this.catalog.isShared ? { filter: { must: [inNamespace(namespace)] } } : {}),
    };
    let offset: string | number | undefined;
    do {
      const from = offset === undefined ? {} : { offset };
      const page = await this.catalog.server.call((api, init) => api.scrollPoints({ ...request, ...from }, init));
      const points = page.points.map((record) => toVersion(namespace, record));
      if (points.length > 0) yield points;
      offset = isPointId(page.next_page_offset) ? page.next_page_offset : undefined;
    } while (offset !== undefined);
  }

  /** @throws IndexUnusableError; IndexUnavailableError */
  async held(namespace: Namespace, keys: readonly string[]): Promise<readonly HeldPoint[]> {
    const collection = await this.catalog.find(namespace);
    if (!collection) return [];
    const found: HeldPoint[] = [];
    for (const ids of inBatches(namespace, keys)) {
      const request = { collection_name: collection.name, ids, with_payload: true, with_vector: true };
      const records = await this.catalog.server.call((api, init) => api.getPoints(request, init));
      found.push(...records.map((record) => toHeld(namespace, record, collection.facetsVersion)));
    }
    return found;
  }

  /** @throws IndexUnavailableError */
  async evict(namespace: Namespace, keys: readonly string[]): Promise<void> {
    this.removed.forget(namespace, keys);
    const collection = await this.catalog.find(namespace);
    for (const points of inBatches(namespace, keys)) {
      await this.catalog.mirrors.apply([JSON.stringify({ delete: { points } })]);
      if (!collection) continue;
      const request = { collection_name: collection.name, wait: true, points };
      await this.catalog.server.call((api, init) => api.deletePoints(request, init));
    }
  }
}

function* inBatches(namespace: Namespace, keys: readonly string[]): Generator<(string | number)[]> {
  for (let start = 0; start < keys.length; start += BATCH) {
    yield keys.slice(start, start + BATCH).map((key) => idOf(namespace, key));
  }
}

function idOf(namespace: Namespace, key: string): string | number {
  if (!key.startsWith(STRAY)) return pointId(namespace, key);
  const id = key.slice(STRAY.length);
  return /^\d+$/.test(id) ? Number(id) : id;
}

interface PointRecord {
  readonly id: string | number;
  readonly payload?: unknown;
  readonly vector?: unknown;
}

function toVersion(namespace: Namespace, { id, payload }: PointRecord): PointVersion {
  const own = readVersion(payload);
  return own && pointId(namespace, own.key) === id ? own : { key: `${STRAY}${id}`, version: own?.version ?? 0 };
}

function toHeld(namespace: Namespace, record: PointRecord, facetsVersion: number): HeldPoint {
  const held = readHeld(record.payload, record.vector, facetsVersion);
  return { ...(held ?? NOTHING_READ), ...toVersion(namespace, record) };
}

function isPointId(offset: unknown): offset is string | number {
  return typeof offset === 'string' || typeof offset === 'number';
}
