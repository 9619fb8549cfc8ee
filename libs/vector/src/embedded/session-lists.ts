/** What a list needs to know of a point. */
export interface SessionPoint {
  readonly id: number;
  readonly session: string | null;
}

/** The points of every session, oldest first. */
export class SessionLists<P extends SessionPoint> {
  readonly #lists = new Map<string, P[]>();

  add(point: P): void {
    if (point.session === null) return;
    const list = this.#lists.get(point.session);
    if (list) list.splice(positionOf(list, point.id), 0, point);
    else this.#lists.set(point.session, [point]);
  }

  remove(point: P): void {
    if (point.session === null) return;
    const list = this.#lists.get(point.session);
    const position = list?.indexOf(point, positionOf(list, point.id)) ?? -1;
    if (!list || position === -1) return;
    if (list.length === 1) this.#lists.delete(point.session);
    else list.splice(position, 1);
  }

  /** Up to `count` points of the session older than `id`, nearest first, of those that count. */
  before(session: string, id: number, { count, counts }: Wanted<P>): P[] {
    const list = this.#lists.get(session) ?? [];
    const found: P[] = [];
    for (let index = positionOf(list, id) - 1; index >= 0 && found.length < count; index--) {
      const point = list[index]!;
      if (counts(point)) found.push(point);
    }
    return found;
  }

  /** Up to `count` points of the session newer than `id`, nearest first, of those that count. */
  after(session: string, id: number, { count, counts }: Wanted<P>): P[] {
    const list = this.#lists.get(session) ?? [];
    const found: P[] = [];
    for (let index = positionOf(list, id + 1); index < list.length && found.length < count; index++) {
      const point = list[index]!;
      if (counts(point)) found.push(point);
    }
    return found;
  }
}

export interface Wanted<P> {
  readonly count: number;
  readonly counts: (point: P) => boolean;
}

/** Of the first point that is not older than `id`. */
function positionOf(list: readonly SessionPoint[], id: number): number {
  let low = 0;
  let high = list.length;
  // New points mostly are the newest.
  if (high > 0 && list[high - 1]!.id < id) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
