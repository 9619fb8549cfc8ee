/** One session: ids ascending, and in step with them where the points are. Numbers in a row, which are read faster than points. */
export interface SessionList {
  readonly ids: number[];
  readonly slots: number[];
}

const NOBODY: SessionList = { ids: [], slots: [] };

/** Which points each session has, oldest first. */
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

  /** Empty for an unknown one. Holds until points change. */
  of(session: string): SessionList {
    return this.#lists.get(session) ?? NOBODY;
  }
}

/** Where the first id is that is not lower. */
export function positionIn({ ids }: SessionList, id: number): number {
  let low = 0;
  let high = ids.length;
  // New points mostly are the newest.
  if (high > 0 && ids[high - 1]! < id) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
