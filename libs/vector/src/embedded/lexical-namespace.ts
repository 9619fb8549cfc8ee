import {
  inverseDocumentFrequency,
  matchesFilter,
  termScore,
  type Bm25Options,
  type CandidateContent,
  type ContentQuery,
  type IndexChange,
  type IndexPoint,
  type LaneCandidate,
  type LexicalQuery,
  type NeighbourQuery,
  type Overlay,
  type SessionNeighbour,
} from '@sfm/memory';
import { FilterSieve } from './filter-sieve.js';
import { isAlive, isEligible, toHeldPoint, type HeldPoint } from './held-point.js';
import { PointTable } from './point-table.js';
import type { Postings } from './postings.js';
import { SessionLists } from './session-lists.js';
import { sessionNeighbours, type Place, type SpokenPoints } from './session-neighbours.js';
import { TermDictionary } from './term-dictionary.js';
import { TopCandidates } from '../top-candidates.js';

interface TextPoint extends HeldPoint, CandidateContent {
  readonly session: string | null;
  readonly termIds: Int32Array;
  readonly length: number;
}

/** A query term with its weight in the collection as it is with the overlay applied. */
interface WeightedTerm {
  readonly term: string;
  readonly postings: Postings | undefined;
  readonly idf: number;
}

interface WeightedQuery {
  readonly terms: readonly WeightedTerm[];
  readonly averageLength: number;
}

/** Inverted index of one namespace. Statistics are at any time exactly those of the points it holds. */
export class LexicalNamespace {
  readonly #table = new PointTable<TextPoint>();
  readonly #dictionary = new TermDictionary();
  readonly #sieve = new FilterSieve(this.#table);
  readonly #sessions = new SessionLists();
  #totalLength = 0;
  #lengths = new Int32Array(0);
  /** Epoch milliseconds, infinite for points that never expire. */
  #expiries = new Float64Array(0);
  /** Scratch space of a search; all zeros in between. */
  #scores = new Float64Array(0);
  #touched = new Int32Array(0);

  constructor(private readonly bm25: Bm25Options) {}

  get size(): number {
    return this.#table.size;
  }

  apply(change: IndexChange): void {
    if (change.kind === 'upsert') this.#upsert(change.point);
    else this.#remove(change.key, change.version);
  }

  search(query: LexicalQuery, overlay: Overlay): LaneCandidate[] {
    const weighted = this.#weigh(query.terms, overlay);
    const top = new TopCandidates(query.limit);
    const touchedCount = this.#accumulate(weighted, this.#sieve.mask(query.filter));
    const isVisible = (point: TextPoint): boolean => !overlay.hidden.has(point.key) && isEligible(point, query);
    this.#collect(top, touchedCount, isVisible);
    for (const point of overlay.points) {
      const score = this.#scoreOf(point, weighted);
      if (score > 0 && isEligible(point, query)) top.offer(point.key, score, point.id);
    }
    return top.ranking();
  }

  neighbours(query: NeighbourQuery, overlay: Overlay): SessionNeighbour[] {
    const held = this.#spokenHeld(query, overlay);
    // Most of the time nothing is pending.
    if (overlay.points.length === 0)
      return sessionNeighbours(query, (key) => this.#placeOf(key, query, overlay), [held]);
    const pending = new Map<string, IndexPoint>(overlay.points.map((point) => [point.key, point]));
    const placeOf = (key: string) => place(pending.get(key), query) ?? this.#placeOf(key, query, overlay);
    return sessionNeighbours(query, placeOf, [held, spokenPending(query, overlay.points)]);
  }

  contents({ keys, nowMs }: ContentQuery, overlay: Overlay): CandidateContent[] {
    const pending = new Map<string, IndexPoint>(overlay.points.map((point) => [point.key, point]));
    const found: CandidateContent[] = [];
    for (const key of keys) {
      const point = overlay.hidden.has(key) ? pending.get(key) : this.#table.find(key)?.point;
      if (point && isAlive(point, nowMs)) found.push(point);
    }
    return found;
  }

  #upsert(point: IndexPoint): void {
    if (!this.#table.isNewer(point.key, point.version)) return;
    this.#drop(this.#table.slotOf(point.key));
    const { terms, length } = point.text;
    const termIds = new Int32Array(terms.size);
    const { version, importanceNorm, session } = point;
    const held = { ...toHeldPoint(point), version, importanceNorm, session, termIds, length };
    const slot = this.#table.put(point.key, version, held);
    this.#sieve.put(slot, held);
    this.#sessions.add(session, held.id, slot);
    let position = 0;
    for (const [term, count] of terms) termIds[position++] = this.#dictionary.insert(term, slot, count);
    this.#reserve(this.#table.capacity);
    this.#lengths[slot] = length;
    this.#expiries[slot] = held.expiresAtMs ?? Infinity;
    this.#totalLength += length;
  }

  #remove(key: string, version: number): void {
    if (!this.#table.isNewer(key, version)) return;
    this.#drop(this.#table.slotOf(key));
    this.#table.remove(key, version);
  }

  #drop(slot: number | undefined): void {
    const point = slot === undefined ? undefined : this.#table.at(slot);
    if (slot === undefined || point === undefined) return;
    for (const id of point.termIds) this.#dictionary.remove(id, slot);
    this.#sessions.remove(point.session, point.id);
    this.#totalLength -= point.length;
  }

  #spokenHeld({ filter, nowMs }: NeighbourQuery, { hidden }: Overlay): SpokenPoints {
    const at = (slot: number) => this.#table.at(slot)!;
    const expiries = this.#expiries;
    const mask = this.#sieve.mask(filter);
    return {
      sessions: this.#sessions,
      counts: (slot) => expiries[slot]! > nowMs && (hidden.size === 0 || !hidden.has(at(slot).key)),
      matches: (slot) => (!mask || mask[slot] !== 0) && matchesFilter(filter, at(slot)),
      keyOf: (slot) => at(slot).key,
    };
  }

  #placeOf(key: string, query: NeighbourQuery, { hidden }: Overlay): Place | undefined {
    return hidden.has(key) ? undefined : place(this.#table.find(key)?.point, query);
  }

  /** Weights from the statistics of: what is held, without the hidden points, with the overlay's points. */
  #weigh(queryTerms: readonly string[], overlay: Overlay): WeightedQuery {
    const hidden = this.#heldPoints(overlay.hidden);
    const documents = this.size - hidden.length + overlay.points.length;
    const totalLength =
      this.#totalLength -
      hidden.reduce((sum, point) => sum + point.length, 0) +
      overlay.points.reduce((sum, point) => sum + point.text.length, 0);
    const terms = queryTerms.map((term) => {
      const id = this.#dictionary.idOf(term);
      const postings = id === undefined ? undefined : this.#dictionary.postings(id);
      const hiddenHolders = id === undefined ? 0 : countWhere(hidden, (point) => point.termIds.includes(id));
      const overlayHolders = countWhere(overlay.points, (point) => point.text.terms.has(term));
      const frequency = (postings?.size ?? 0) - hiddenHolders + overlayHolders;
      return { term, postings, idf: inverseDocumentFrequency(documents, frequency) };
    });
    return { terms, averageLength: documents === 0 ? 0 : totalLength / documents };
  }

  #heldPoints(keys: ReadonlySet<string>): TextPoint[] {
    return [...keys].map((key) => this.#table.find(key)?.point).filter((point) => point !== undefined);
  }

  /**
   * Adds up every term's part into the scratch scores of the slots that the mask has, in query order; answers how many
   * slots were touched.
   */
  #accumulate({ terms, averageLength }: WeightedQuery, mask: Uint8Array | undefined): number {
    const scores = this.#scores;
    const touched = this.#touched;
    const lengths = this.#lengths;
    let touchedCount = 0;
    for (const { postings, idf } of terms) {
      if (!postings) continue;
      const { slots, counts, size } = postings;
      for (let position = 0; position < size; position++) {
        const slot = slots[position]!;
        if (mask && mask[slot] === 0) continue;
        const sum = scores[slot]!;
        if (sum === 0) touched[touchedCount++] = slot;
        scores[slot] = sum + termScore(idf, counts[position]!, lengths[slot]!, averageLength, this.bm25);
      }
    }
    return touchedCount;
  }

  /** Offers the touched slots and clears the scratch scores. */
  #collect(top: TopCandidates, touchedCount: number, isVisible: (point: TextPoint) => boolean): void {
    for (let index = 0; index < touchedCount; index++) {
      const slot = this.#touched[index]!;
      const score = this.#scores[slot]!;
      this.#scores[slot] = 0;
      if (score < top.floor) continue;
      const point = this.#table.at(slot);
      if (point && top.admits(score, point.id) && isVisible(point)) top.offer(point.key, score, point.id);
    }
  }

  /** The same sum, in the same order, for a point that is not in the index. */
  #scoreOf(point: IndexPoint, { terms, averageLength }: WeightedQuery): number {
    let score = 0;
    for (const { term, idf } of terms) {
      const count = point.text.terms.get(term);
      if (count !== undefined) score += termScore(idf, count, point.text.length, averageLength, this.bm25);
    }
    return score;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#lengths.length) return;
    const grown = Math.max(64, capacity, this.#lengths.length * 2);
    const lengths = new Int32Array(grown);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
    const expiries = new Float64Array(grown);
    expiries.set(this.#expiries);
    this.#expiries = expiries;
    this.#scores = new Float64Array(grown);
    this.#touched = new Int32Array(grown);
  }
}

function spokenPending({ filter, nowMs }: NeighbourQuery, points: readonly IndexPoint[]): SpokenPoints {
  const sessions = new SessionLists();
  points.forEach(({ session, id }, slot) => sessions.add(session, id, slot));
  return {
    sessions,
    counts: (slot) => isAlive(points[slot]!, nowMs),
    matches: (slot) => matchesFilter(filter, points[slot]!),
    keyOf: (slot) => points[slot]!.key,
  };
}

/** Undefined for a point on its own, or none, or an expired one. */
function place(point: (HeldPoint & Pick<IndexPoint, 'session'>) | undefined, { nowMs }: NeighbourQuery) {
  if (!point || point.session === null || !isAlive(point, nowMs)) return undefined;
  return { session: point.session, id: point.id };
}

function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) if (holds(item)) count++;
  return count;
}
