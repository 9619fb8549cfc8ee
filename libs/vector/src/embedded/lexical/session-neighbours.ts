import type { NeighbourQuery, SessionNeighbour } from '@sfm/memory';
import { positionIn, type SessionList, type SessionLists } from './session-lists.js';

/** A position in a session, with what is before and after it. */
export interface Place {
  readonly session: string;
  readonly id: number;
}

/** Points that can be neighbours, by slot: those of the index or of the overlay. */
export interface SpokenPoints {
  readonly sessions: SessionLists;
  /** Whether the point counts as a step. */
  readonly counts: (slot: number) => boolean;
  readonly matches: (slot: number) => boolean;
  readonly keyOf: (slot: number) => string;
}

type Direction = -1 | 1;

/** See `LexicalIndex.neighbours`. A point in several sources must count in only one of them. */
export function sessionNeighbours(
  { keys, reach }: Pick<NeighbourQuery, 'keys' | 'reach'>,
  placeOf: (key: string) => Place | undefined,
  sources: readonly SpokenPoints[],
): SessionNeighbour[] {
  const neighbours: SessionNeighbour[] = [];
  for (const of of new Set(keys)) {
    const place = placeOf(of);
    if (!place) continue;
    for (const direction of [-1, 1] as const) {
      const walks = sources.map((points) => new Walk(points, place, direction));
      for (let distance = 1; distance <= reach; distance++) {
        const nearest = walks.reduce((a, b) => (b.distance < a.distance ? b : a));
        if (nearest.distance === Infinity) break;
        if (nearest.isMatching) neighbours.push({ of, key: nearest.key, offset: direction * distance });
        nearest.step();
      }
    }
  }
  return neighbours;
}

/** A walk from a position through its session, over the points that count. */
class Walk {
  readonly #list: SessionList;
  #position: number;

  constructor(
    private readonly points: SpokenPoints,
    private readonly place: Place,
    private readonly direction: Direction,
  ) {
    this.#list = points.sessions.of(place.session);
    const position = positionIn(this.#list, place.id);
    const isThere = this.#list.ids[position] === place.id;
    this.#position = direction === -1 || isThere ? position + direction : position;
    this.#skip();
  }

  /** Distance from the start position, in ids; infinite at the end. */
  get distance(): number {
    const id = this.#list.ids[this.#position];
    return id === undefined ? Infinity : this.direction * (id - this.place.id);
  }

  get isMatching(): boolean {
    return this.points.matches(this.#slot);
  }

  get key(): string {
    return this.points.keyOf(this.#slot);
  }

  step(): void {
    this.#position += this.direction;
    this.#skip();
  }

  get #slot(): number {
    return this.#list.slots[this.#position] ?? -1;
  }

  #skip(): void {
    const { ids, slots } = this.#list;
    while (this.#position >= 0 && this.#position < ids.length && !this.points.counts(slots[this.#position]!)) {
      this.#position += this.direction;
    }
  }
}
