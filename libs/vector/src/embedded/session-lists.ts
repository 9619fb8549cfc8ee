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

  /** The points of the session before (direction -1) or after (1) the one with that id, nearest first. */
  from(session: string, id: number, direction: -1 | 1): SessionWalk<P> {
    const list = this.#lists.get(session) ?? [];
    const position = positionOf(list, id);
    const isThere = list[position]?.id === id;
    return new SessionWalk(list, direction === -1 ? position - 1 : position + (isThere ? 1 : 0), direction);
  }
}

/** A way through one session. Holds until points change. */
export class SessionWalk<P extends SessionPoint> {
  constructor(
    private readonly list: readonly P[],
    private position: number,
    private readonly direction: -1 | 1,
  ) {}

  /** The point it is at; undefined at the end. */
  get point(): P | undefined {
    return this.list[this.position];
  }

  step(): void {
    this.position += this.direction;
  }
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
