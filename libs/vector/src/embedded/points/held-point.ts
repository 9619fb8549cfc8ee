import { matchesFilter, type Filterable, type IndexPoint, type IndexQuery } from '@sfm/memory';

/** The data a lane keeps of a point besides its own search structure. The payload is shared, never copied. */
export interface HeldPoint extends Filterable {
  readonly key: string;
  readonly id: number;
  readonly expiresAtMs: number | null;
}

export function toHeldPoint({ key, id, type, createdAtMs, payload, expiresAtMs }: IndexPoint): HeldPoint {
  return { key, id, type, createdAtMs, payload, expiresAtMs };
}

/** Whether the query may return the point: not expired, and matching the filter. */
export function isEligible(point: HeldPoint, { nowMs, filter }: IndexQuery): boolean {
  return isAlive(point, nowMs) && matchesFilter(filter, point);
}

/** Whether the point has not expired; time in epoch milliseconds. */
export function isAlive({ expiresAtMs }: Pick<HeldPoint, 'expiresAtMs'>, nowMs: number): boolean {
  return expiresAtMs === null || expiresAtMs > nowMs;
}
