import { checkExpiry, type Amendment } from '@sfm/memory';
import type { RequestLimits } from '../checks/request-limits.js';
import type { AmendmentBody } from '../schemas/memory.schemas.js';

/** @throws InvalidCoordinateError naming the place, or InvalidRequestError for an `expires_at` that is past */
export function toAmendment(body: AmendmentBody, limits: RequestLimits): Amendment {
  const { importance, expires_at, valid_from, valid_to, supersedes, metadata, expected_version } = body;
  return {
    ...(importance === undefined ? {} : { importance }),
    ...(expires_at === undefined
      ? {}
      : { expiresAt: expires_at === null ? null : checkExpiry(new Date(expires_at), Date.now()) }),
    ...(valid_from === undefined ? {} : { validFrom: valid_from === null ? null : new Date(valid_from) }),
    ...(valid_to === undefined ? {} : { validTo: valid_to === null ? null : new Date(valid_to) }),
    ...(supersedes === undefined ? {} : { supersedes: limits.coordinatesOf(supersedes, 'supersedes') }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(expected_version === undefined ? {} : { expectedVersion: expected_version }),
  };
}
