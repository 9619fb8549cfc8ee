/** Lists kept at a time; together they hold every slot at most once. */
const MAX_LISTS = 1024;

/**
 * The slots that have a code, for codes that were asked for: callers filter by the same few values again and again. A list
 * that a change would not simply lengthen is made anew when it is next asked for.
 */
export class CodeLists {
  readonly #lists = new Map<number, number[]>();

  /** Ascending; what `find` finds when it is not known. Holds until a slot has another code. */
  of(code: number, find: () => number[]): readonly number[] {
    const list = this.#lists.get(code) ?? find();
    this.#lists.delete(code);
    this.#lists.set(code, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MAX_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return list;
  }

  /** A slot has another code than before. */
  moved(slot: number, from: number, to: number): void {
    this.#lists.delete(from);
    const list = this.#lists.get(to);
    if (!list) return;
    const last = list.at(-1);
    if (last === undefined || last < slot) list.push(slot);
    else this.#lists.delete(to);
  }
}
