import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { chooseRequestId } from './request-id.js';

/**
 * Gives a request its id: `X-Request-ID` where it is sane, else a new one. For the `genReqId` option of Fastify, so
 * that `request.id` is this id everywhere.
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
