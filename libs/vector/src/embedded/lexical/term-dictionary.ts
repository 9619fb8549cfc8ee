import { Postings } from './postings.js';

/**
 * Assigns a small number to each term in use and keeps its postings. A term that no point contains any more is removed
 * completely.
 */
export class TermDictionary {
  readonly #ids = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #postings: (Postings | undefined)[] = [];
  readonly #freeIds: number[] = [];

  idOf(term: string): number | undefined {
    return this.#ids.get(term);
  }

  postings(id: number): Postings | undefined {
    return this.#postings[id];
  }

  /** Adds a posting of a text of `length` tokens and returns the term's id. */
  insert(term: string, slot: number, { count, length }: { readonly count: number; readonly length: number }): number {
    const id = this.#ids.get(term) ?? this.#register(term);
    this.#postings[id]?.insert(slot, count, length);
    return id;
  }

  remove(id: number, slot: number): void {
    const postings = this.#postings[id];
    postings?.remove(slot);
    if (postings?.size !== 0) return;
    this.#ids.delete(this.#terms[id] ?? '');
    this.#terms[id] = '';
    this.#postings[id] = undefined;
    this.#freeIds.push(id);
  }

  #register(term: string): number {
    const id = this.#freeIds.pop() ?? this.#terms.length;
    this.#ids.set(term, id);
    this.#terms[id] = term;
    this.#postings[id] = new Postings();
    return id;
  }
}
