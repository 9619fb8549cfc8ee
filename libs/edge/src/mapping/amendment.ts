import { checkExpiry, type Amendment } from '@sfm/memory';
import type { AmendmentBody } from '../schemas/memory.schemas.js';

/** @throws InvalidRequestError for an `expires_at` that is past */
export function toAmendment({ importance, expires_at, metadata, expected_version }: AmendmentBody): Amendment {
  return {
    ...(importance === undefined ? {} : { importance }),
    ...(expires_at === undefined
      ? {}
      : { expiresAt: expires_at === null ? null : checkExpiry(new Date(expires_at), Date.now()) }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(expected_version === undefined ? {} : { expectedVersion: expected_version }),
  };
}
