/** Maximum number of lists kept; together they hold every slot at most once. */
const MAX_LISTS = 1024;

/**
 * The slots that have a code, cached for requested codes: callers filter by the same few values repeatedly. A change
 * that does not simply append to a list discards it; the next request rebuilds it.
 */
export class CodeLists {
  readonly #lists = new Map<number, number[]>();

  /** Returns the slots ascending; calls `find` when they are not cached. Valid until a slot's code changes. */
  of(code: number, find: () => number[]): readonly number[] {
    const list = this.#lists.get(code) ?? find();
    this.#lists.delete(code);
    this.#lists.set(code, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MAX_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return list;
  }

  /** Updates the lists when a slot's code changes. */
  moved(slot: number, from: number, to: number): void {
    this.#lists.delete(from);
    const list = this.#lists.get(to);
    if (!list) return;
    const last = list.at(-1);
    if (last === undefined || last < slot) list.push(slot);
    else this.#lists.delete(to);
  }
}
