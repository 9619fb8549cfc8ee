import {
  inverseDocumentFrequency,
  isValid,
  literalMatcher,
  matchesFilter,
  termScore,
  type Bm25Options,
  type CandidateContent,
  type ContentQuery,
  type IndexChange,
  type IndexPoint,
  type IndexQuery,
  type LaneCandidate,
  type LexicalQuery,
  type LiteralQuery,
  type NeighbourQuery,
  type Overlay,
  type SessionNeighbour,
} from '@sfm/memory';
import { FilterSieve } from '../points/filter-sieve.js';
import { isAlive, isEligible, toHeldPoint, type HeldPoint } from '../points/held-point.js';
import { PointTable } from '../points/point-table.js';
import { SlotsInOrder } from '../points/slot-tree.js';
import { MaxScore, type Contest, type WeightedQuery, type WeightedTerm } from './max-score.js';
import { OverlayAhead } from './overlay-ahead.js';
import { SessionLists } from './session-lists.js';
import { sessionNeighbours, type Place, type SpokenPoints } from './session-neighbours.js';
import { TermDictionary } from './term-dictionary.js';
import { TextLengths } from './text-lengths.js';
import { TrigramSignatures } from './trigram-signatures.js';
import { TopCandidates } from '../../search/top-candidates.js';

interface TextPoint extends HeldPoint, CandidateContent {
  readonly session: string | null;
  /** A plain array: one of 20 numbers takes less memory and far less time to create than a typed array. */
  readonly termIds: readonly number[];
  readonly length: number;
}

/** Characters of payloads that one literal search reads: some milliseconds, in which nothing else is done. */
const MAX_CHARACTERS_READ = 4_000_000;
/** Share of the points below which those that a filter admits are scored one by one. */
const FEW = 1 / 16;
/** Terms of one query that are looked for. */
const MAX_TERMS = 384;
/** What it takes to begin with a payload, in characters read. */
const PAYLOAD_COST = 100;

/** Inverted index of one namespace. Its statistics always match exactly the points it holds. */
export class LexicalNamespace {
  readonly #table = new PointTable<TextPoint>();
  readonly #dictionary = new TermDictionary();
  readonly #sieve = new FilterSieve(this.#table);
  readonly #sessions = new SessionLists();
  readonly #signatures = new TrigramSignatures();
  /** By `id`. */
  readonly #oldestFirst = new SlotsInOrder<number>((a, b) => a - b, []);
  #totalLength = 0;
  readonly #lengths = new TextLengths();
  readonly #best: MaxScore;
  readonly #ahead = new OverlayAhead(this.#table);
  /** Epoch milliseconds by slot, infinite for points that never expire. */
  #expiries = new Float64Array(0);

  constructor(private readonly bm25: Bm25Options) {
    this.#best = new MaxScore(bm25, this.#lengths);
  }

  get size(): number {
    return this.#table.size;
  }

  apply(change: IndexChange): void {
    if (change.kind === 'upsert') this.#upsert(change.point);
    else this.#remove(change.key, change.version);
  }

  search(query: LexicalQuery, pending: Overlay): LaneCandidate[] {
    const overlay = this.#ahead.of(pending);
    const weighted = this.#weigh(query, overlay);
    const top = new TopCandidates(query.limit);
    for (const point of overlay.points) {
      const score = this.#scoreOf(point, weighted);
      if (score > 0 && isEligible(point, query)) top.offer(point.key, score, point.id);
    }
    const contest = { ...this.#eligible(query, overlay), limit: query.limit, floor: top.floor };
    this.#best.search(weighted, contest, (slot, score) => {
      const { key, id } = this.#table.at(slot)!;
      top.offer(key, score, id);
    });
    return top.ranking();
  }

  neighbours(query: NeighbourQuery, pending: Overlay): SessionNeighbour[] {
    const overlay = this.#ahead.of(pending);
    const find = this.#finding(overlay, query.nowMs);
    const placeOf = (key: string): Place | undefined => {
      const point = find(key);
      return point && point.session !== null ? { session: point.session, id: point.id } : undefined;
    };
    const held = this.#spokenHeld(query, overlay);
    // Most of the time nothing is pending.
    const sources = overlay.points.length === 0 ? [held] : [held, spokenPending(query, overlay.points)];
    return sessionNeighbours(query, placeOf, sources);
  }

  contents({ keys, nowMs }: ContentQuery, pending: Overlay): CandidateContent[] {
    return keys.map(this.#finding(this.#ahead.of(pending), nowMs)).filter((point) => point !== undefined);
  }

  /** See `LexicalIndex.matching`. */
  matching(query: IndexQuery, pending: Overlay): string[] {
    const overlay = this.#ahead.of(pending);
    const top = new TopCandidates(query.limit);
    const offer = ({ key, id }: HeldPoint) => top.offer(key, 0, id);
    for (const point of overlay.points) if (isEligible(point, query)) offer(point);
    const slots = this.#sieve.slots(query.filter);
    const passes = slots ? undefined : this.#sieve.passes(query.filter);
    for (const slot of slots ?? this.#oldestFirst.values()) {
      const point = this.#table.at(slot);
      if (!point || passes?.(slot) === false) continue;
      // Without a list of slots, the oldest come first.
      if (!top.admits(0, point.id)) {
        if (slots) continue;
        break;
      }
      if (!overlay.hidden.has(point.key) && isEligible(point, query)) offer(point);
    }
    return top.ranking().map(({ key }) => key);
  }

  /** See `LexicalIndex.holding`. */
  holding(query: LiteralQuery): string[] | undefined {
    const mayHold = this.#signatures.maybeHolding(query.term);
    if (!mayHold) return undefined;
    const matches = literalMatcher(query);
    const found: TextPoint[] = [];
    let left = MAX_CHARACTERS_READ;
    for (let slot = 0; slot < this.#table.capacity; slot++) {
      if (!mayHold(slot)) continue;
      const point = this.#table.at(slot);
      if (!point || (query.type !== undefined && point.type !== query.type) || !isAlive(point, query.nowMs)) continue;
      if (!isValid(point.validity, query.valid)) continue;
      left -= this.#signatures.charactersAt(slot) + PAYLOAD_COST;
      if (left < 0) return undefined;
      if (matches(point.payload)) found.push(point);
    }
    found.sort((a, b) => b.createdAtMs - a.createdAtMs || b.id - a.id);
    return found.slice(0, query.limit).map(({ key }) => key);
  }

  /** The held points that a query may find. */
  #eligible(query: LexicalQuery, { hidden }: Overlay): Pick<Contest, 'asked' | 'capacity' | 'isEligible'> {
    const slots = this.#sieve.slots(query.filter);
    const asked = slots && slots.length < this.size * FEW ? slots : undefined;
    const passes = asked ? undefined : this.#sieve.passes(query.filter);
    const isEligibleAt = (slot: number) => {
      const point = this.#table.at(slot);
      return point !== undefined && !hidden.has(point.key) && isEligible(point, query);
    };
    const { capacity } = this.#table;
    return { asked, capacity, isEligible: passes ? (slot) => passes(slot) && isEligibleAt(slot) : isEligibleAt };
  }

  #upsert(point: IndexPoint): void {
    if (!this.#table.isNewer(point.key, point.version)) return;
    this.#drop(this.#table.slotOf(point.key));
    const { terms, length } = point.text;
    const termIds: number[] = [];
    const { version, session } = point;
    const held = toTextPoint(point, termIds);
    const slot = this.#table.put(point.key, version, held);
    this.#sieve.put(slot, held);
    this.#signatures.put(slot, held.payload);
    this.#sessions.add(session, held.id, slot);
    this.#oldestFirst.add(held.id, slot);
    for (const [term, count] of terms) termIds.push(this.#dictionary.insert(term, slot, { count, length }));
    this.#lengths.set(slot, length);
    this.#setExpiry(slot, held.expiresAtMs ?? Infinity);
    this.#totalLength += length;
  }

  #setExpiry(slot: number, expiresAtMs: number): void {
    if (slot >= this.#expiries.length) {
      const expiries = new Float64Array(Math.max(64, this.#table.capacity, this.#expiries.length * 2));
      expiries.set(this.#expiries);
      this.#expiries = expiries;
    }
    this.#expiries[slot] = expiresAtMs;
  }

  #remove(key: string, version: number): void {
    if (!this.#table.isNewer(key, version)) return;
    this.#drop(this.#table.slotOf(key));
    const freed = this.#table.remove(key, version);
    if (freed !== undefined) this.#sieve.remove(freed);
  }

  #drop(slot: number | undefined): void {
    const point = slot === undefined ? undefined : this.#table.at(slot);
    if (slot === undefined || point === undefined) return;
    for (const id of point.termIds) this.#dictionary.remove(id, slot);
    this.#sessions.remove(point.session, point.id);
    this.#oldestFirst.remove(point.id, slot);
    this.#totalLength -= point.length;
  }

  #spokenHeld({ filter, valid, nowMs }: NeighbourQuery, { hidden }: Overlay): SpokenPoints {
    const at = (slot: number) => this.#table.at(slot)!;
    const expiries = this.#expiries;
    const passes = this.#sieve.passes(filter);
    return {
      sessions: this.#sessions,
      counts: (slot) => expiries[slot]! > nowMs && (hidden.size === 0 || !hidden.has(at(slot).key)),
      matches: (slot) =>
        passes?.(slot) !== false && isValid(at(slot).validity, valid) && matchesFilter(filter, at(slot)),
      keyOf: (slot) => at(slot).key,
    };
  }

  /** Returns a function that finds the unexpired point of a key, with the overlay applied. */
  #finding({ hidden, points }: Overlay, nowMs: number): (key: string) => TextPoint | IndexPoint | undefined {
    const pending = new Map(points.map((point) => [point.key, point]));
    return (key) => {
      const point = hidden.has(key) ? pending.get(key) : this.#table.find(key)?.point;
      return point && isAlive(point, nowMs) ? point : undefined;
    };
  }

  /** Computes weights from the statistics of the held points, minus the hidden points, plus the overlay's points. */
  #weigh({ terms: asked, weights }: LexicalQuery, overlay: Overlay): WeightedQuery {
    const slots = this.#heldSlots(overlay.hidden);
    const hidden = slots.map((slot) => this.#table.at(slot)!);
    const documents = this.size - hidden.length + overlay.points.length;
    const totalLength =
      this.#totalLength -
      hidden.reduce((sum, point) => sum + point.length, 0) +
      overlay.points.reduce((sum, point) => sum + point.text.length, 0);
    const terms = asked.flatMap((term) => {
      const id = this.#dictionary.idOf(term);
      const postings = id === undefined ? undefined : this.#dictionary.postings(id);
      const hiddenHolders = postings === undefined ? 0 : countWhere(slots, (slot) => postings.has(slot));
      const overlayHolders = countWhere(overlay.points, (point) => point.text.terms.has(term));
      const frequency = (postings?.size ?? 0) - hiddenHolders + overlayHolders;
      // What nobody holds adds nothing, and must not stand in the way of others.
      if (frequency === 0) return [];
      const idf = inverseDocumentFrequency(documents, frequency) * (weights?.get(term) ?? 1);
      return [{ term, postings, idf }];
    });
    return { terms: mostTelling(terms), averageLength: documents === 0 ? 0 : totalLength / documents };
  }

  #heldSlots(keys: ReadonlySet<string>): number[] {
    return [...keys].map((key) => this.#table.slotOf(key)).filter((slot) => slot !== undefined);
  }

  /** Computes the same sum, in the same order, for a point that is not in the index. */
  #scoreOf(point: IndexPoint, { terms, averageLength }: WeightedQuery): number {
    let score = 0;
    for (const { term, idf } of terms) {
      const count = point.text.terms.get(term);
      if (count !== undefined) score += termScore(idf, count, point.text.length, averageLength, this.bm25);
    }
    return score;
  }
}

/** Of very many terms those that can add most to a score, in query order: the work for a query is bounded. */
function mostTelling(terms: readonly WeightedTerm[]): readonly WeightedTerm[] {
  if (terms.length <= MAX_TERMS) return terms;
  const least = [...terms].sort((a, b) => b.idf - a.idf)[MAX_TERMS - 1]?.idf ?? 0;
  return terms.filter(({ idf }) => idf >= least).slice(0, MAX_TERMS);
}

function toTextPoint(point: IndexPoint, termIds: readonly number[]): TextPoint {
  const { version, importance, importanceNorm, session, text } = point;
  const { length } = text;
  return { ...toHeldPoint(point), version, importance, importanceNorm, session, termIds, length };
}

function spokenPending({ filter, valid, nowMs }: NeighbourQuery, points: readonly IndexPoint[]): SpokenPoints {
  const sessions = new SessionLists();
  points.forEach(({ session, id }, slot) => sessions.add(session, id, slot));
  return {
    sessions,
    counts: (slot) => isAlive(points[slot]!, nowMs),
    matches: (slot) => isValid(points[slot]!.validity, valid) && matchesFilter(filter, points[slot]!),
    keyOf: (slot) => points[slot]!.key,
  };
}

function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) if (holds(item)) count++;
  return count;
}
