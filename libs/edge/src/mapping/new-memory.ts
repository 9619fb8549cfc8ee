import type { NewMemory } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { NewMemoryBody } from '../schemas/memory.schemas.js';

/** @throws InvalidCoordinateError */
export function toNewMemory(body: NewMemoryBody, limits: RequestLimits): NewMemory {
  return {
    coordinate: limits.coordinateOf(body.coordinate),
    payload: body.payload,
    type: body.type,
    ...(body.importance === undefined ? {} : { importance: body.importance }),
    ...(body.expected_version === undefined ? {} : { expectedVersion: body.expected_version }),
    ...(body.expires_at === undefined ? {} : { expiresAt: new Date(body.expires_at) }),
  };
}
