import { createHash } from 'node:crypto';
import { IDEMPOTENCY_KEY_PATTERN, type RepeatableCall, type UseCase } from '@sfm/edge';
import { coordinateKey, type Coordinate, type Principal } from '@sfm/memory';
import type { FastifyRequest } from 'fastify';
import { bodyDigest } from '../../requests/json-body.js';

const HEADER = 'Idempotency-Key';

/** For the API document. */
export const IDEMPOTENCY_HEADER = {
  name: HEADER,
  pattern: IDEMPOTENCY_KEY_PATTERN,
  description:
    '1 to 255 printable characters. The same key with the same body is answered once and then repeated for an hour, by ' +
    'every process, unless it failed in a way that may pass; 409 while it is being answered, 422 for another ' +
    'body. Writes are idempotent per coordinate in any case.',
};

/** Describes a request for the idempotency check; keys are scoped to the route. */
export function repeatable(request: FastifyRequest, principal: Principal, useCase: UseCase): RepeatableCall {
  return {
    principal,
    useCase,
    operation: `${request.method} ${request.routeOptions.url}`,
    key: request.headers[HEADER.toLowerCase()],
    keyField: HEADER,
    hash: bodyDigest(request) ?? '',
  };
}

/** The same where the path names a memory: for another memory the key is used with another request. */
export function repeatableAt(coordinate: Coordinate, call: RepeatableCall): RepeatableCall {
  const hash = createHash('sha256')
    .update(`${coordinateKey(coordinate)}\n${call.hash}`)
    .digest('hex');
  return { ...call, hash };
}
