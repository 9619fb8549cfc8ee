import {
  isJsonObject,
  matchesFilter,
  type JsonObject,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
  type Namespace,
} from '@sfm/memory';
import { dot, toQueryVector } from '../search/query-vector.js';
import { TopCandidates } from '../search/top-candidates.js';
import type { CollectionCatalog, OpenCollection } from './collections/collection-catalog.js';
import { inNamespace, pushDown, type PushedFilter, type QdrantFilter } from './points/filter-pushdown.js';
import { hasVector, HIT_FIELDS, readFilterable, readHit, toDecimals, type HitDetails } from './points/point-codec.js';

/** Resolution of scores: the server computes in single precision, the overlay in double. */
const GRID = 1e5;
/** Number of points fetched beyond the limit: shows where the scores equal to the last one end. */
const MARGIN = 8;
/**
 * Extra points fetched because hidden ones may be among the best; above this number, further points are fetched on
 * demand.
 */
const MAX_HIDDEN_MARGIN = 256;
const PAGE_GROWTH = 4;
const MAX_PAGE = 2000;
/** Of points with the same score, the oldest among this many fetched are returned. */
const MAX_FETCHED_FOR_TIES = 20_000;

interface Hit {
  readonly score: number;
  readonly payload: JsonObject;
  readonly details: HitDetails;
}

interface Page {
  readonly offset: number;
  readonly size: number;
}

/** Rounds a cosine to a grid, so that equal vectors have equal scores wherever they are computed. */
export function toGrid(score: number): number {
  return Math.round(score * GRID) / GRID;
}

/** Searches the points of one namespace for one query: see `VectorIndex.search`. */
export class NearestPoints {
  readonly #filter: PushedFilter;
  /** Payloads are fetched only when the server cannot evaluate the filter alone. */
  #needsPayload: boolean;

  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly namespace: Namespace,
    private readonly query: VectorQuery,
    private readonly overlay: Overlay,
  ) {
    this.#filter = pushDown(query.filter);
    this.#needsPayload = !this.#filter.isExact;
  }

  /** @throws IndexUnavailableError */
  async find(collection: OpenCollection | undefined): Promise<readonly LaneCandidate[]> {
    if (!collection) return this.#ofOverlay().ranking();
    for (const field of this.#filter.ranges) this.catalog.indexNumbers(collection, field);
    const top = await this.#collect(collection, false);
    if (top.size >= this.query.limit || !collection.isApproximate) return top.ranking();
    // A graph can miss points; only an exact search may return a short answer.
    return (await this.#collect(collection, true)).ranking();
  }

  async #collect(collection: OpenCollection, isExact: boolean): Promise<TopCandidates> {
    const { limit } = this.query;
    const top = this.#ofOverlay();
    let page: Page = { offset: 0, size: limit + MARGIN + Math.min(this.overlay.hidden.size, MAX_HIDDEN_MARGIN) };
    for (;;) {
      const hits = await this.#page(collection.name, page, isExact);
      for (const hit of hits) this.#offer(hit, top);
      const last = hits.at(-1);
      const fetched = page.offset + page.size;
      if (!last || hits.length < page.size || top.floor > toGrid(last.score)) return top;
      if (top.size >= limit && fetched >= MAX_FETCHED_FOR_TIES) return top;
      page = { offset: fetched, size: Math.min(page.size * PAGE_GROWTH, Math.max(MAX_PAGE, limit)) };
    }
  }

  #ofOverlay(): TopCandidates {
    const top = new TopCandidates(this.query.limit);
    const { nowMs, filter } = this.query;
    const vector = toQueryVector(this.query.vector);
    for (const point of this.overlay.points) {
      const isAlive = point.expiresAtMs === null || point.expiresAtMs > nowMs;
      if (!isAlive || !hasVector(point) || !matchesFilter(filter, point)) continue;
      top.offer(point.key, toGrid(dot(vector, point.vector)), point.id);
    }
    return top;
  }

  #offer({ score, payload, details: { key, id, expiresAtMs } }: Hit, top: TopCandidates): void {
    if (this.overlay.hidden.has(key)) return;
    if (expiresAtMs !== null && expiresAtMs <= this.query.nowMs) return;
    if (this.#needsPayload && !matchesFilter(this.query.filter, readFilterable(payload))) return;
    top.offer(key, toGrid(score), id);
  }

  async #page(collection: string, page: Page, exact: boolean): Promise<Hit[]> {
    const hits = await this.#fetch(collection, page, exact);
    if (this.#needsPayload || !this.query.filter?.payload || !hits.some(({ details }) => details.isPartial))
      return hits;
    this.#needsPayload = true;
    return this.#fetch(collection, page, exact);
  }

  async #fetch(collection: string, { offset, size }: Page, exact: boolean): Promise<Hit[]> {
    const points = await this.catalog.server.query(collection, {
      query: toDecimals(this.query.vector),
      filter: this.#serverFilter(),
      limit: size,
      offset,
      with_payload: this.#needsPayload ? true : { include: HIT_FIELDS },
      ...(exact ? { params: { exact } } : {}),
    });
    return points.flatMap(({ score, payload }) => {
      const details = readHit(payload);
      return details && isJsonObject(payload) ? [{ score, payload, details }] : [];
    });
  }

  #serverFilter(): QdrantFilter | undefined {
    const { must, must_not } = this.#filter;
    const all = this.catalog.isShared ? [inNamespace(this.namespace), ...must] : must;
    return all.length + must_not.length === 0 ? undefined : { must: all, must_not };
  }
}
