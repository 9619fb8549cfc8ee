import { ForbiddenException, NotAcceptableException } from '@nestjs/common';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { InvalidRequestError } from '@sfm/memory';
import type { FastifyRequest } from 'fastify';

type Head = Pick<FastifyRequest, 'headers'>;

/** Names of this machine, and IP addresses: nobody else can have them lead here. */
const FIXED_HOST = /^(?:localhost|[\d.]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/**
 * A page of another origin must not use a service on its visitor's machine. Programs send no origin. That a page comes from
 * the host it asks proves nothing where this is a name: its owner may have it lead here (DNS rebinding).
 *
 * @throws ForbiddenException unless the origin is allowed or the service's own
 */
export function assertOwnOrigin({ headers: { origin, host = '' } }: Head, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return;
  if (FIXED_HOST.test(host) && (origin === `http://${host}` || origin === `https://${host}`)) return;
  throw new ForbiddenException(`origin ${origin.slice(0, 200)} is not allowed; SOMA_CORS_ORIGINS names those that are`);
}

/** @throws NotAcceptableException when the client could not read the answer */
export function assertAcceptsJson({ headers: { accept = '*/*' } }: Head): void {
  if (/application\/json|application\/\*|\*\/\*/.test(accept)) return;
  throw new NotAcceptableException('must accept application/json');
}

/** @throws InvalidRequestError naming the versions that are known */
export function assertKnownProtocol({ headers }: Head): void {
  const version = headers['mcp-protocol-version'];
  if (version === undefined || (typeof version === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(version))) return;
  throw new InvalidRequestError('MCP-Protocol-Version', `must be one of ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`);
}
