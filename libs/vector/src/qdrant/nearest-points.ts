import {
  isValid,
  matchesFilter,
  type LaneCandidate,
  type Overlay,
  type VectorQuery,
  type Namespace,
} from '@sfm/memory';
import { dot, toQueryVector } from '../search/query-vector.js';
import { TopCandidates } from '../search/top-candidates.js';
import type { CollectionCatalog, OpenCollection } from './collections/collection-catalog.js';
import {
  inNamespace,
  outsideValidity,
  pushDown,
  type PushedFilter,
  type QdrantFilter,
} from './points/filter-pushdown.js';
import { HitPages, type Hit } from './hit-pages.js';
import { hasVector, readFilterable, toDecimals } from './points/point-codec.js';

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
/**
 * Most points fetched beyond the limit and the hidden ones: to check what the server cannot, and to find the oldest of
 * those with the same score. A search that needs more is cut short.
 */
const MAX_EXTRA = 4000;
/** The same where whole payloads must be fetched, which can be of a megabyte. */
const MAX_EXTRA_WHOLE = 200;

interface Found {
  readonly top: TopCandidates;
  /** Not everything that may match was fetched. */
  readonly isCutShort: boolean;
  /** Ended early: among the best were some that do not hold at the time wanted, and the server should keep them out. */
  readonly isCrowded: boolean;
}

/** Rounds a cosine to a grid, so that equal vectors have equal scores wherever they are computed. */
export function toGrid(score: number): number {
  return Math.round(score * GRID) / GRID;
}

/** Searches the points of one namespace for one query: see `VectorIndex.search`. */
export class NearestPoints {
  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly namespace: Namespace,
    private readonly query: VectorQuery,
    private readonly overlay: Overlay,
  ) {}

  /** @throws IndexUnavailableError */
  async find(collection: OpenCollection | undefined): Promise<readonly LaneCandidate[]> {
    if (!collection) return this.#ofOverlay().ranking();
    const filter = pushDown(this.query.filter, {
      facetsVersion: collection.facetsVersion,
      canRange: (field) => this.catalog.indexNumbers(collection, field),
    });
    let pages = this.#pages(collection, filter);
    let found = await this.#collect(pages, false);
    if (found.isCrowded) {
      pages = this.#pages(collection, {
        ...filter,
        must_not: [...filter.must_not, ...outsideValidity(this.query.valid)],
      });
      found = await this.#collect(pages, false);
    }
    if (found.isCutShort || found.top.size >= this.query.limit || !collection.isApproximate) return this.#answer(found);
    // A graph can miss points; only an exact search may return a short answer.
    return this.#answer(await this.#collect(pages, true));
  }

  #pages(collection: OpenCollection, filter: PushedFilter): HitPages {
    return new HitPages(this.catalog, collection.name, {
      vector: toDecimals(this.query.vector),
      filter: this.#serverFilter(filter),
      checked: filter.checked,
      needsCheck: !filter.isExact,
      hasConditions: (this.query.filter?.payload ?? []).length > 0,
    });
  }

  #answer({ top, isCutShort }: Found): readonly LaneCandidate[] {
    if (isCutShort) this.query.onCutShort?.();
    return top.ranking();
  }

  async #collect(pages: HitPages, isExact: boolean): Promise<Found> {
    const { limit } = this.query;
    const top = this.#ofOverlay();
    const most = limit + this.overlay.hidden.size + (pages.areWhole ? MAX_EXTRA_WHOLE : MAX_EXTRA);
    let page = { offset: 0, size: limit + MARGIN + Math.min(this.overlay.hidden.size, MAX_HIDDEN_MARGIN) };
    let isCrowded = false;
    for (;;) {
      const hits = await pages.read(page, isExact);
      for (const hit of hits) isCrowded = !this.#offer(hit, pages.needsCheck, top) || isCrowded;
      const last = hits.at(-1);
      const fetched = page.offset + page.size;
      if (!last || hits.length < page.size || top.floor > toGrid(last.score))
        return { top, isCutShort: false, isCrowded: false };
      // Most memories always hold: only where that does not do is the server asked to look at each one's times.
      if (isCrowded) return { top, isCutShort: false, isCrowded };
      if (fetched >= most) return { top, isCutShort: top.size < limit, isCrowded: false };
      const size = Math.min(page.size * PAGE_GROWTH, Math.max(MAX_PAGE, limit), most - fetched);
      page = { offset: fetched, size };
    }
  }

  #ofOverlay(): TopCandidates {
    const top = new TopCandidates(this.query.limit);
    const { nowMs, valid, filter } = this.query;
    const vector = toQueryVector(this.query.vector);
    for (const point of this.overlay.points) {
      const isAlive = point.expiresAtMs === null || point.expiresAtMs > nowMs;
      if (!isAlive || !isValid(point.validity, valid)) continue;
      if (!hasVector(point) || !matchesFilter(filter, point)) continue;
      top.offer(point.key, toGrid(dot(vector, point.vector)), point.id);
    }
    return top;
  }

  /** Returns false for a point that does not hold at the time wanted. */
  #offer({ score, payload, details }: Hit, needsCheck: boolean, top: TopCandidates): boolean {
    const { key, id, expiresAtMs, validity } = details;
    if (this.overlay.hidden.has(key)) return true;
    if (!isValid(validity, this.query.valid)) return false;
    if (expiresAtMs !== null && expiresAtMs <= this.query.nowMs) return true;
    if (needsCheck && !matchesFilter(this.query.filter, readFilterable(payload))) return true;
    top.offer(key, toGrid(score), id);
    return true;
  }

  #serverFilter({ must, must_not }: PushedFilter): QdrantFilter | undefined {
    const all = this.catalog.isShared ? [inNamespace(this.namespace), ...must] : must;
    return all.length + must_not.length === 0 ? undefined : { must: all, must_not };
  }
}
