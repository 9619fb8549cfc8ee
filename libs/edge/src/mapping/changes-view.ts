import { coordinateOfKey, InvalidRequestError, type LogPage, type Namespace, type WatchStart } from '@sfm/memory';
import type { WatchPositions } from './watch-positions.js';

/** From where on changes are asked for: from now on when nothing is named. */
export interface ChangesFields {
  readonly position?: string | undefined;
  readonly from_beginning: boolean;
}

/** @throws InvalidRequestError when both are named; UnknownCursorError */
export function toWatchStart(
  namespace: Namespace,
  { position, from_beginning: fromBeginning }: ChangesFields,
  positions: WatchPositions,
): WatchStart {
  if (position === undefined) return fromBeginning ? { seq: 0 } : 'now';
  if (fromBeginning) throw new InvalidRequestError('from_beginning', 'cannot be given together with position');
  return positions.read(namespace, position);
}

export function changesView(
  namespace: Namespace,
  { changes, position, isCaughtUp }: LogPage,
  positions: WatchPositions,
) {
  return {
    changes: changes.map(({ kind, key, version, at, eventId }) => ({
      kind,
      coordinate: coordinateOfKey(key),
      version,
      at: at.toISOString(),
      event_id: eventId,
    })),
    position: positions.write(namespace, position),
    caught_up: isCaughtUp,
  };
}
