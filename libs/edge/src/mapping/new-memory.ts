import { checkExpiry, type NewMemory } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { NewMemoryBody } from '../schemas/memory.schemas.js';

/** @throws InvalidCoordinateError, or InvalidRequestError for an `expires_at` that is past */
export function toNewMemory(body: NewMemoryBody, limits: RequestLimits): NewMemory {
  return {
    coordinate: limits.coordinateOf(body.coordinate),
    payload: body.payload,
    type: body.type,
    ...(body.importance === undefined ? {} : { importance: body.importance }),
    ...(body.expected_version === undefined ? {} : { expectedVersion: body.expected_version }),
    ...(body.expires_at === undefined ? {} : { expiresAt: checkExpiry(new Date(body.expires_at), Date.now()) }),
  };
}
