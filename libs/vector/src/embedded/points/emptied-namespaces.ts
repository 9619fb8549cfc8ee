import type { Namespace } from '@sfm/memory';

/** Namespaces without points that are kept: they still know what was removed from them. */
const MAX_EMPTY = 1000;

/** Tells which namespaces of an index may be forgotten: those that have been empty for longest. */
export class EmptiedNamespaces {
  readonly #names = new Set<Namespace>();

  constructor(private readonly limit = MAX_EMPTY) {}

  /** Notes the number of points of a namespace. Returns a namespace to forget, if there is one. */
  note(namespace: Namespace, points: number): Namespace | undefined {
    this.#names.delete(namespace);
    if (points > 0) return undefined;
    this.#names.add(namespace);
    const [oldest] = this.#names;
    if (this.#names.size <= this.limit || oldest === undefined) return undefined;
    this.#names.delete(oldest);
    return oldest;
  }
}
