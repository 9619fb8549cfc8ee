import { matchesFilter, type IndexPoint, type NeighbourQuery, type Overlay, type SessionNeighbour } from '@sfm/memory';
import { isAlive, type HeldPoint } from './held-point.js';
import { SessionLists } from './session-lists.js';

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
export function sessionNeighbours(
  { keys, reach, filter, nowMs }: NeighbourQuery,
  { held, sessions, overlay }: Surroundings,
): SessionNeighbour[] {
  const pending = new Map<string, Spoken>(overlay.points.map((point) => [point.key, point]));
  const pendingSessions = new SessionLists<Spoken>();
  for (const point of overlay.points) pendingSessions.add(point);
  const inIndex = { count: reach, counts: (point: Spoken) => isAlive(point, nowMs) && !overlay.hidden.has(point.key) };
  const inOverlay = { count: reach, counts: (point: Spoken) => isAlive(point, nowMs) };

  return [...new Set(keys)].flatMap((of) => {
    const point = pending.get(of) ?? (overlay.hidden.has(of) ? undefined : held(of));
    if (!point || point.session === null || !isAlive(point, nowMs)) return [];
    const { session, id } = point;
    const before = [...sessions.before(session, id, inIndex), ...pendingSessions.before(session, id, inOverlay)];
    const after = [...sessions.after(session, id, inIndex), ...pendingSessions.after(session, id, inOverlay)];
    const sides = [
      { direction: -1, points: before.sort((a, b) => b.id - a.id) },
      { direction: 1, points: after.sort((a, b) => a.id - b.id) },
    ];
    return sides.flatMap(({ direction, points }) =>
      points
        .slice(0, Math.max(0, reach))
        .map((near, index) => ({ near, offset: direction * (index + 1) }))
        .filter(({ near }) => matchesFilter(filter, near))
        .map(({ near: { key }, offset }) => ({ of, key, offset })),
    );
  });
}
