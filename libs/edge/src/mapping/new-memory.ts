import { checkExpiry, type NewMemory } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { NewMemoryBody } from '../schemas/memory.schemas.js';

/** @throws InvalidCoordinateError naming the place, or InvalidRequestError for an `expires_at` that is past */
export function toNewMemory(body: NewMemoryBody, limits: RequestLimits): NewMemory {
  return {
    coordinate: limits.coordinateOf(body.coordinate),
    payload: body.payload,
    type: body.type,
    ...(body.importance === undefined ? {} : { importance: body.importance }),
    ...(body.expected_version === undefined ? {} : { expectedVersion: body.expected_version }),
    ...(body.expires_at === undefined ? {} : { expiresAt: checkExpiry(new Date(body.expires_at), Date.now()) }),
    ...(body.valid_from === undefined ? {} : { validFrom: new Date(body.valid_from) }),
    ...(body.valid_to === undefined ? {} : { validTo: new Date(body.valid_to) }),
    ...(body.supersedes === undefined ? {} : { supersedes: limits.coordinatesOf(body.supersedes, 'supersedes') }),
  };
}
