import { termScore, type Bm25Options } from '@sfm/memory';
import { TopCandidates } from '../../search/top-candidates.js';
import { seek, type Postings } from './postings.js';
import type { TextLengths } from './text-lengths.js';

/** A query term with its weight in the collection, overlay applied. */
export interface WeightedTerm {
  readonly term: string;
  readonly postings: Postings | undefined;
  /** Times what the term counts in the query. */
  readonly idf: number;
}

export interface WeightedQuery {
  /** In query order, in which their scores are added: another order may round otherwise. */
  readonly terms: readonly WeightedTerm[];
  readonly averageLength: number;
}

/** What a search is for. */
export interface Contest {
  readonly limit: number;
  /** Scores below this are of no interest. */
  readonly floor: number;
  /** The only slots that matter, ascending; undefined for all. */
  readonly asked: readonly number[] | undefined;
  /** Slots are lower than this. */
  readonly capacity: number;
  readonly isEligible: (slot: number) => boolean;
}

/** A term that points have, with the values that its part of a score is computed from. */
interface Part {
  readonly postings: Postings;
  readonly idf: number;
  readonly averageLength: number;
  /** No part of a score is higher. */
  readonly bound: number;
}

/** Of a bound: adding up in another order rounds otherwise. */
const SLACK = 1 + 1e-9;

/**
 * Finds the slots with the highest scores without adding up the others: terms are read from the one that can give most to
 * the one that can give least, until those left could not lift a slot with none of the terms read into the best; what they
 * give is then only looked up for the slots that it could still lift.
 *
 * Source: Turtle & Flood, "Query evaluation: strategies and optimizations" (1995).
 */
export class MaxScore {
  /** By row: a position among the slots asked for, so that few stay close in memory, or a slot. All zeros between searches. */
  #sums = new Float64Array(0);
  #touched = new Int32Array(0);
  #touchedCount = 0;

  constructor(
    private readonly bm25: Bm25Options,
    private readonly lengths: TextLengths,
  ) {}

  /** Passes to the visitor every eligible slot that may be among the `limit` best, ascending, with its exact score. */
  search(query: WeightedQuery, contest: Contest, visit: (slot: number, score: number) => void): void {
    const { asked, capacity } = contest;
    this.#reserve(asked?.length ?? capacity);
    const parts = this.#parts(query);
    const byBound = [...parts].sort((a, b) => b.bound - a.bound);
    const most = byBound.reduce((sum, { bound }) => sum + bound, 0);
    let left = most;
    let floor = contest.floor;
    let read = 0;
    for (; read < byBound.length && left * SLACK >= floor; read++) {
      this.#add(byBound[read]!, asked);
      left -= byBound[read]!.bound;
      // No sum is higher than what was read can give.
      if (left < most - left) floor = Math.max(floor, this.#floor(contest));
    }
    let rows = this.#contenders(floor - left);
    for (const part of byBound.slice(read)) {
      this.#addTo(rows, part, asked);
      left -= part.bound;
      floor = Math.max(floor, this.#floor(contest));
      rows = this.#contenders(floor - left);
    }
    this.#reset();
    const scoreOf = this.#scorer(parts);
    for (const row of rows) {
      const slot = asked ? asked[row]! : row;
      if (contest.isEligible(slot)) visit(slot, scoreOf(slot));
    }
  }

  #parts({ terms, averageLength }: WeightedQuery): Part[] {
    return terms.flatMap(({ postings, idf }) => {
      if (!postings) return [];
      const { mostOccurrences, shortestText } = postings;
      const bound = termScore(idf, mostOccurrences, shortestText, averageLength, this.bm25) * SLACK;
      return [{ postings, idf, averageLength, bound }];
    });
  }

  #add(part: Part, asked: readonly number[] | undefined): void {
    if (!asked) this.#addAll(part);
    else if (asked.length < part.postings.size) this.#addSought(part, asked);
    else this.#addAmong(part, asked);
  }

  /** Reads by far the most data, so nothing is fetched twice. */
  #addAll({ postings, idf, averageLength }: Part): void {
    const { slots, counts, size } = postings;
    const sums = this.#sums;
    const lengths = this.lengths.values;
    for (let position = 0; position < size; position++) {
      const slot = slots[position]!;
      const sum = sums[slot]!;
      if (sum === 0) this.#touched[this.#touchedCount++] = slot;
      sums[slot] = sum + termScore(idf, counts[position]!, lengths[slot]!, averageLength, this.bm25);
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
    return termScore(idf, postings.counts[position]!, this.lengths.values[slot]!, averageLength, this.bm25);
  }

  #give(row: number, worth: number): void {
    const sum = this.#sums[row]!;
    if (sum === 0) this.#touched[this.#touchedCount++] = row;
    this.#sums[row] = sum + worth;
  }

  /** The lowest of the best `limit` sums so far: the best scores cannot be lower. */
  #floor({ limit, asked, isEligible }: Contest): number {
    if (this.#touchedCount < limit) return -Infinity;
    const top = new TopCandidates(limit);
    for (let index = 0; index < this.#touchedCount; index++) {
      const row = this.#touched[index]!;
      const sum = this.#sums[row]!;
      if (sum > top.floor && isEligible(asked ? asked[row]! : row)) top.offer('', sum, row);
    }
    return top.floor;
  }

  /** Leaves the rows that have at least this sum. @returns them, ascending */
  #contenders(least: number): Int32Array {
    let found = 0;
    for (let index = 0; index < this.#touchedCount; index++) {
      const row = this.#touched[index]!;
      if (this.#sums[row]! * SLACK >= least) this.#touched[found++] = row;
      else this.#sums[row] = 0;
    }
    this.#touchedCount = found;
    return this.#touched.subarray(0, found).sort();
  }

  /** Adds a part to those rows that have one already. */
  #addTo(rows: Int32Array, part: Part, asked: readonly number[] | undefined): void {
    const { slots, size } = part.postings;
    let position = 0;
    for (let index = 0; index < rows.length && position < size; index++) {
      const row = rows[index]!;
      const slot = asked ? asked[row]! : row;
      position = seek(slots, size, { slot, from: position });
      if (position < size && slots[position] === slot) this.#sums[row]! += this.#worth(position, slot, part);
    }
  }

  #reset(): void {
    for (let index = 0; index < this.#touchedCount; index++) this.#sums[this.#touched[index]!] = 0;
    this.#touchedCount = 0;
  }

  /** Returns a function that computes the score of slots, to be called in ascending order. */
  #scorer(parts: readonly Part[]): (slot: number) => number {
    const positions = parts.map(() => 0);
    return (slot) => {
      let score = 0;
      for (const [index, part] of parts.entries()) {
        const { slots, size } = part.postings;
        const position = seek(slots, size, { slot, from: positions[index]! });
        positions[index] = position;
        if (position < size && slots[position] === slot) score += this.#worth(position, slot, part);
      }
      return score;
    };
  }

  #reserve(rows: number): void {
    if (rows <= this.#sums.length) return;
    const capacity = Math.max(64, rows, Math.ceil(this.#sums.length * 1.5));
    this.#sums = new Float64Array(capacity);
    this.#touched = new Int32Array(capacity);
  }
}
