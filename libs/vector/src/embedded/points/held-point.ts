import {
  isValid,
  matchesFilter,
  type Filterable,
  type IndexPoint,
  type IndexQuery,
  type ValidityTimes,
} from '@sfm/memory';

/** The data a lane keeps of a point besides its own search structure. The payload is shared, never copied. */
export interface HeldPoint extends Filterable {
  readonly key: string;
  readonly id: number;
  readonly expiresAtMs: number | null;
  /** When it holds; absent for always. */
  readonly validity?: ValidityTimes;
}

export function toHeldPoint({ key, id, type, createdAtMs, payload, expiresAtMs, validity }: IndexPoint): HeldPoint {
  return { key, id, type, createdAtMs, payload, expiresAtMs, ...(validity && { validity }) };
}

/** Whether the query may return the point: not expired, valid at the time wanted, and matching the filter. */
export function isEligible(point: HeldPoint, { nowMs, valid, filter }: IndexQuery): boolean {
  return isAlive(point, nowMs) && isValid(point.validity, valid) && matchesFilter(filter, point);
}

/** Whether the point has not expired; time in epoch milliseconds. */
export function isAlive({ expiresAtMs }: Pick<HeldPoint, 'expiresAtMs'>, nowMs: number): boolean {
  return expiresAtMs === null || expiresAtMs > nowMs;
}
