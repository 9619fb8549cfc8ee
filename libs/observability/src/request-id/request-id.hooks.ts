import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { chooseRequestId } from './request-id.js';

/**
 * Returns the id of a request: a valid `X-Request-ID`, else a new one. Pass it as Fastify's `genReqId` option, so that
 * `request.id` is this id everywhere.
 */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  return chooseRequestId(request.headers['x-request-id']);
}

/** Sends the id of every request back as `X-Request-ID`. */
export function installRequestId(fastify: Pick<FastifyInstance, 'addHook'>): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-ID', request.id);
    done();
  });
}
