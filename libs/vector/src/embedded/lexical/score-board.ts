import { termScore, type Bm25Options } from '@sfm/memory';
import { seek, type Postings } from './postings.js';

/** A query term with its weight in the collection, overlay applied. */
export interface WeightedTerm {
  readonly term: string;
  readonly postings: Postings | undefined;
  readonly idf: number;
}

export interface WeightedQuery {
  readonly terms: readonly WeightedTerm[];
  readonly averageLength: number;
}

/** One term of a query with the values its score parts are computed from. */
interface Part {
  readonly postings: Postings;
  readonly idf: number;
  readonly averageLength: number;
}

/** Adds up, by slot, the scores of a query's terms. */
export class ScoreBoard {
  #lengths = new Int32Array(0);
  /**
   * The requested slots. When set, a row is a position among them, so that few slots stay close in memory; otherwise a
   * row is a slot.
   */
  #asked: readonly number[] | undefined;
  /** By row; scratch space, all zeros between searches. */
  #scores = new Float64Array(0);
  #touched = new Int32Array(0);
  #touchedCount = 0;

  constructor(private readonly bm25: Bm25Options) {}

  /** Makes room for slots 0..capacity-1. */
  reserve(capacity: number): void {
    if (capacity <= this.#lengths.length) return;
    const grown = Math.max(64, capacity, this.#lengths.length * 2);
    const lengths = new Int32Array(grown);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
    this.#scores = new Float64Array(grown);
    this.#touched = new Int32Array(grown);
  }

  /** Records the number of tokens of the text in a slot. */
  setLength(slot: number, length: number): void {
    this.#lengths[slot] = length;
  }

  /** Adds every term's part to the given slots (ascending), or to all, in query order. */
  add({ terms, averageLength }: WeightedQuery, slots: readonly number[] | undefined): void {
    this.#asked = slots;
    for (const { postings, idf } of terms) {
      if (!postings) continue;
      const part = { postings, idf, averageLength };
      if (!slots) this.#addAll(part);
      else if (slots.length < postings.size) this.#addSought(part, slots);
      else this.#addAmong(part, slots);
    }
  }

  /** Passes every slot with a score to the visitor, and resets the scores. */
  drain(visit: (slot: number, score: number) => void): void {
    for (let index = 0; index < this.#touchedCount; index++) {
      const row = this.#touched[index]!;
      const score = this.#scores[row]!;
      this.#scores[row] = 0;
      visit(this.#asked ? this.#asked[row]! : row, score);
    }
    this.#touchedCount = 0;
  }

  /** Reads by far the most data, so nothing is fetched twice. */
  #addAll({ postings, idf, averageLength }: Part): void {
    const { slots, counts, size } = postings;
    const scores = this.#scores;
    const lengths = this.#lengths;
    for (let position = 0; position < size; position++) {
      const slot = slots[position]!;
      const sum = scores[slot]!;
      if (sum === 0) this.#touched[this.#touchedCount++] = slot;
      scores[slot] = sum + termScore(idf, counts[position]!, lengths[slot]!, averageLength, this.bm25);
    }
  }

  /** Few slots: each is looked up in the postings. */
  #addSought(part: Part, asked: readonly number[]): void {
    const { slots, size } = part.postings;
    let position = 0;
    for (let row = 0; row < asked.length && position < size; row++) {
      const slot = asked[row]!;
      position = seek(slots, size, { slot, from: position });
      if (position < size && slots[position] === slot) this.#give(row, this.#worth(position, slot, part));
    }
  }

  /** Few postings: each is looked up among the slots. */
  #addAmong(part: Part, asked: readonly number[]): void {
    const { slots, size } = part.postings;
    let row = 0;
    for (let position = 0; position < size && row < asked.length; position++) {
      const slot = slots[position]!;
      row = seek(asked, asked.length, { slot, from: row });
      if (asked[row] === slot) this.#give(row, this.#worth(position, slot, part));
    }
  }

  #worth(position: number, slot: number, { postings, idf, averageLength }: Part): number {
    return termScore(idf, postings.counts[position]!, this.#lengths[slot]!, averageLength, this.bm25);
  }

  #give(row: number, worth: number): void {
    const sum = this.#scores[row]!;
    if (sum === 0) this.#touched[this.#touchedCount++] = row;
    this.#scores[row] = sum + worth;
  }
}
