import { matchesFilter, type IndexPoint, type NeighbourQuery, type Overlay, type SessionNeighbour } from '@sfm/memory';
import { isAlive, type HeldPoint } from './held-point.js';
import { SessionLists, type SessionWalk } from './session-lists.js';

/** What of a point its neighbours are found by. */
type Spoken = HeldPoint & Pick<IndexPoint, 'session'>;

/** Where neighbours are looked for. */
export interface Surroundings {
  /** The point that the index holds under a key. */
  readonly held: (key: string) => Spoken | undefined;
  readonly sessions: SessionLists<Spoken>;
  readonly overlay: Overlay;
}

/** See `LexicalIndex.neighbours`. */
export function sessionNeighbours(query: NeighbourQuery, { held, sessions, overlay }: Surroundings) {
  const { keys, reach, filter, nowMs } = query;
  const pending = new Map<string, Spoken>(overlay.points.map((point) => [point.key, point]));
  const pendingSessions = new SessionLists<Spoken>();
  for (const point of overlay.points) pendingSessions.add(point);

  const neighbours: SessionNeighbour[] = [];
  for (const of of new Set(keys)) {
    const point = overlay.hidden.has(of) ? pending.get(of) : held(of);
    if (!point || point.session === null || !isAlive(point, nowMs)) continue;
    for (const direction of [-1, 1] as const) {
      const inIndex = sessions.from(point.session, point.id, direction);
      const inOverlay = pendingSessions.from(point.session, point.id, direction);
      for (let distance = 1; distance <= reach; distance++) {
        skip(inIndex, (near) => !isAlive(near, nowMs) || overlay.hidden.has(near.key));
        skip(inOverlay, (near) => !isAlive(near, nowMs));
        const nearer = nearerOf(inIndex, inOverlay, direction);
        const near = nearer.point;
        if (!near) break;
        if (matchesFilter(filter, near)) neighbours.push({ of, key: near.key, offset: direction * distance });
        nearer.step();
      }
    }
  }
  return neighbours;
}

function skip(walk: SessionWalk<Spoken>, isPassedOver: (point: Spoken) => boolean): void {
  for (let { point } = walk; point && isPassedOver(point); { point } = walk) walk.step();
}

/** Of two walks in one direction, the one whose point is met first. */
function nearerOf(a: SessionWalk<Spoken>, b: SessionWalk<Spoken>, direction: -1 | 1): SessionWalk<Spoken> {
  if (!a.point || !b.point) return a.point ? a : b;
  return direction * (a.point.id - b.point.id) < 0 ? a : b;
}
