import { isJsonObject, type JsonObject } from '@sfm/memory';
import type { CollectionCatalog } from './collections/collection-catalog.js';
import type { PushedFilter, QdrantFilter } from './points/filter-pushdown.js';
import { HIT_FIELDS, readHit, type HitDetails } from './points/point-codec.js';

export interface Hit {
  readonly score: number;
  readonly payload: JsonObject;
  readonly details: HitDetails;
}

export interface Page {
  readonly offset: number;
  readonly size: number;
}

interface HitsRequest extends Pick<PushedFilter, 'checked'> {
  readonly vector: number[];
  readonly filter: QdrantFilter | undefined;
  /** The server accepts points that do not match. */
  readonly needsCheck: boolean;
  /** Points whose facets are incomplete must be checked. */
  readonly hasConditions: boolean;
}

/** The hits of one query in a collection, best first, page by page. */
export class HitPages {
  #needsCheck: boolean;

  constructor(
    private readonly catalog: CollectionCatalog,
    private readonly collection: string,
    private readonly request: HitsRequest,
  ) {
    this.#needsCheck = request.needsCheck;
  }

  /** Whether hits must be checked, and have the fields for it. They are fetched only when needed. */
  get needsCheck(): boolean {
    return this.#needsCheck;
  }

  /** Whether whole payloads are fetched, because the fields to check cannot be named. */
  get areWhole(): boolean {
    return this.#needsCheck && this.request.checked === true;
  }

  /** @throws IndexUnavailableError */
  async read(page: Page, isExact: boolean): Promise<Hit[]> {
    const hits = await this.#fetch(page, isExact);
    const isPartial = hits.some(({ details }) => details.isPartial);
    if (this.#needsCheck || !this.request.hasConditions || !isPartial) return hits;
    this.#needsCheck = true;
    return this.#fetch(page, isExact);
  }

  async #fetch({ offset, size }: Page, exact: boolean): Promise<Hit[]> {
    const { vector, filter, checked } = this.request;
    const points = await this.catalog.server.query(this.collection, {
      query: vector,
      filter,
      limit: size,
      offset,
      with_payload: this.#needsCheck ? checked : { include: HIT_FIELDS },
      ...(exact ? { params: { exact } } : {}),
    });
    return points.flatMap(({ score, payload }) => {
      const details = readHit(payload);
      return details && isJsonObject(payload) ? [{ score, payload, details }] : [];
    });
  }
}
