/**
 * One session: ids ascending, with the points' slots in a parallel array. Contiguous numbers are faster to read than
 * points.
 */
export interface SessionList {
  readonly ids: number[];
  readonly slots: number[];
}

const NOBODY: SessionList = { ids: [], slots: [] };

/** The points of each session, oldest first. */
export class SessionLists {
  readonly #lists = new Map<string, SessionList>();

  add(session: string | null, id: number, slot: number): void {
    if (session === null) return;
    const list = this.#lists.get(session);
    if (!list) {
      this.#lists.set(session, { ids: [id], slots: [slot] });
      return;
    }
    const position = positionIn(list, id);
    if (position === list.ids.length) {
      list.ids.push(id);
      list.slots.push(slot);
      return;
    }
    list.ids.splice(position, 0, id);
    list.slots.splice(position, 0, slot);
  }

  remove(session: string | null, id: number): void {
    const list = session === null ? undefined : this.#lists.get(session);
    if (session === null || !list) return;
    const position = positionIn(list, id);
    if (list.ids[position] !== id) return;
    list.ids.splice(position, 1);
    list.slots.splice(position, 1);
    if (list.ids.length === 0) this.#lists.delete(session);
  }

  /** Returns the session's list, empty for an unknown session. Valid until points change. */
  of(session: string): SessionList {
    return this.#lists.get(session) ?? NOBODY;
  }
}

/** Returns the position of the first id that is not lower. */
export function positionIn({ ids }: SessionList, id: number): number {
  let low = 0;
  let high = ids.length;
  // New points are mostly the newest.
  if (high > 0 && ids[high - 1]! < id) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
