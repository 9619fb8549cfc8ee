import type { LaneCandidate } from '@sfm/memory';

interface Ranked extends LaneCandidate {
  readonly id: number;
}

/**
 * The best `limit` candidates, independent of their order of arrival: higher score first, ties by `id` ascending. A
 * binary heap with the worst kept candidate on top, so a full one rejects most newcomers with one comparison.
 */
export class TopCandidates {
  readonly #heap: Ranked[] = [];

  constructor(private readonly limit: number) {}

  /** Scores below this are rejected; equal ones may win by id. */
  get floor(): number {
    if (this.limit <= 0) return Infinity;
    return this.#heap.length < this.limit ? -Infinity : (this.#heap[0]?.score ?? -Infinity);
  }

  /** Whether `offer` would keep it: lets callers postpone costly checks until they matter. */
  admits(score: number, id: number): boolean {
    if (this.limit <= 0) return false;
    const worst = this.#heap[0];
    return this.#heap.length < this.limit || worst === undefined || isWorse(worst, { score, id });
  }

  offer(key: string, score: number, id: number): void {
    if (!this.admits(score, id)) return;
    const candidate = { key, score, id };
    if (this.#heap.length < this.limit) {
      this.#heap.push(candidate);
      this.#rise(this.#heap.length - 1);
    } else {
      this.#heap[0] = candidate;
      this.#sink(0);
    }
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Best first. */
  ranking(): LaneCandidate[] {
    return [...this.#heap].sort((a, b) => (isWorse(a, b) ? 1 : -1)).map(({ key, score }) => ({ key, score }));
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfWorse(index, parent)) return;
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const worstChild = this.#isWorseAt(right, left) ? right : left;
      if (!this.#swapIfWorse(worstChild, index)) return;
      index = worstChild;
    }
  }

  #isWorseAt(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && isWorse(first, second);
  }

  /** Swaps the candidate at `index` with the one at `parent` when it ranks worse. */
  #swapIfWorse(index: number, parent: number): boolean {
    const lower = this.#heap[index];
    const upper = this.#heap[parent];
    if (lower === undefined || upper === undefined || !isWorse(lower, upper)) return false;
    this.#heap[index] = upper;
    this.#heap[parent] = lower;
    return true;
  }
}

function isWorse(a: Pick<Ranked, 'score' | 'id'>, b: Pick<Ranked, 'score' | 'id'>): boolean {
  return a.score < b.score || (a.score === b.score && a.id > b.id);
}
