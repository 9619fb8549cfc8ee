import { NamespaceScope, openBudget, withBudget, withScope } from '@sfm/memory';
import type { FastifyInstance } from 'fastify';

/** Routes that stream for as long as their work takes, and stop by themselves when their caller hangs up. */
const UNHURRIED = /^\/v1\/(?:admin\/|export$|import$)/;

/** Routes whose answers everybody shares, so that no caller may end the work for them; each reading has its own limit. */
const SHARED = /^\/(?:ping|health(?:\/basic)?|healthz|readyz|metrics)$/;

/**
 * Gives every request its scope, and its budget: from when its body has been read until its answer. It ends when the time is over or
 * the connection closes before the answer. Entered after the body was read, because the reading loses the context.
 */
export function installRequestBudgets(fastify: Pick<FastifyInstance, 'addHook'>, timeoutMs: number): void {
  fastify.addHook('preValidation', (request, reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (SHARED.test(route)) return done();
    // Covers nothing until the caller is admitted to a use case.
    const scope = new NamespaceScope();
    if (UNHURRIED.test(route)) return withScope(scope, done);
    const { budget, hangUp, close } = openBudget(timeoutMs);
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) close();
      else hangUp();
    });
    withScope(scope, () => withBudget(budget, done));
  });
}
