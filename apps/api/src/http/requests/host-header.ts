import type { FastifyInstance } from 'fastify';
import { HttpRefusal } from '../errors/http-refusal.js';
import { statusError } from '../errors/http-error.js';

/** Refuses what HTTP says about `Host`: HTTP/1.1 has it exactly once (RFC 9112, 3.2). Node would say so without JSON. */
export function requireOneHost(fastify: Pick<FastifyInstance, 'addHook'>): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const hosts = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
    if (hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')) return done();
    done(new HttpRefusal(statusError(400, `the header Host must be sent once, and came ${hosts} times`)));
  });
}
