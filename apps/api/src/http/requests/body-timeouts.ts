import type { FastifyInstance } from 'fastify';
import { Socket } from 'node:net';

/** As Node names a request that takes too long; what hears it answers 408 and closes the connection. */
const TIMED_OUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/**
 * Refuses bodies that do not come completely in time. In place of Node's own limit, which knows no routes: `unlimited` is
 * the one whose bodies may take as long as something comes.
 */
export function installBodyTimeouts(
  fastify: Pick<FastifyInstance, 'addHook' | 'server'>,
  timeoutMs: number,
  unlimited: string,
): void {
  fastify.addHook('onRequest', ({ raw, routeOptions }, _reply, done) => {
    // A request that is injected comes over no connection.
    if (!raw.complete && routeOptions.url !== unlimited && raw.socket instanceof Socket) {
      const timer = setTimeout(() => {
        if (!raw.complete) fastify.server.emit('clientError', timedOut(), raw.socket);
      }, timeoutMs).unref();
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}

function timedOut(): Error {
  return Object.assign(new Error('Request timeout'), { code: TIMED_OUT });
}
