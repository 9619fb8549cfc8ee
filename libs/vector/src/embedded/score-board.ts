import { termScore, type Bm25Options } from '@sfm/memory';
import { seek, type Postings } from './postings.js';

/** A query term with its weight in the collection as it is with the overlay applied. */
export interface WeightedTerm {
  readonly term: string;
  readonly postings: Postings | undefined;
  readonly idf: number;
}

export interface WeightedQuery {
  readonly terms: readonly WeightedTerm[];
  readonly averageLength: number;
}

/** One term of a query with what its parts are computed from. */
interface Part {
  readonly postings: Postings;
  readonly idf: number;
  readonly averageLength: number;
}

/** Adds up, by slot, what the terms of a query are worth. */
export class ScoreBoard {
  #lengths = new Int32Array(0);
  /** Scratch space; all zeros between searches. */
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

  /** Notes how many tokens the text in a slot has. */
  setLength(slot: number, length: number): void {
    this.#lengths[slot] = length;
  }

  /** Adds every term's part to the given slots (ascending), or to all, in query order. */
  add({ terms, averageLength }: WeightedQuery, slots: readonly number[] | undefined): void {
    for (const { postings, idf } of terms) {
      if (!postings) continue;
      const part = { postings, idf, averageLength };
      if (!slots) this.#addAll(part);
      else if (slots.length < postings.size) this.#addSought(part, slots);
      else this.#addAmong(part, slots);
    }
  }

  /** Gives every slot that has a score to the visitor, and starts anew. */
  drain(visit: (slot: number, score: number) => void): void {
    for (let index = 0; index < this.#touchedCount; index++) {
      const slot = this.#touched[index]!;
      const score = this.#scores[slot]!;
      this.#scores[slot] = 0;
      visit(slot, score);
    }
    this.#touchedCount = 0;
  }

  #addAll(part: Part): void {
    const { slots, size } = part.postings;
    for (let position = 0; position < size; position++) this.#addAt(position, slots[position]!, part);
  }

  /** Few slots: each is looked up in the postings. */
  #addSought(part: Part, sought: readonly number[]): void {
    const { slots, size } = part.postings;
    let position = 0;
    for (let index = 0; index < sought.length && position < size; index++) {
      const slot = sought[index]!;
      position = seek(slots, size, { slot, from: position });
      if (position < size && slots[position] === slot) this.#addAt(position, slot, part);
    }
  }

  /** Few postings: each is looked up among the slots. */
  #addAmong(part: Part, among: readonly number[]): void {
    const { slots, size } = part.postings;
    let index = 0;
    for (let position = 0; position < size && index < among.length; position++) {
      const slot = slots[position]!;
      index = seek(among, among.length, { slot, from: index });
      if (among[index] === slot) this.#addAt(position, slot, part);
    }
  }

  #addAt(position: number, slot: number, { postings, idf, averageLength }: Part): void {
    const sum = this.#scores[slot]!;
    if (sum === 0) this.#touched[this.#touchedCount++] = slot;
    const count = postings.counts[position]!;
    this.#scores[slot] = sum + termScore(idf, count, this.#lengths[slot]!, averageLength, this.bm25);
  }
}
