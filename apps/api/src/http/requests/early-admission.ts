import type { CallerAdmission, Refusals } from '@sfm/auth';
import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { assertPlainBody } from './json-body.js';

/** Methods whose bodies the server does not read. */
const BODILESS = new Set(['GET', 'HEAD', 'TRACE']);

/**
 * Has the guard's own decision made before a body is read, so that nobody without a token makes the service read and
 * parse anything; paths that do not exist get no body read either. After every hook on the head of a request, so that
 * refusals carry the headers of all of them.
 */
export function admitBeforeReading(
  fastify: Pick<FastifyInstance, 'addHook'>,
  admission: Pick<CallerAdmission, 'admit'>,
  refusals: Pick<Refusals, 'assertFew'>,
): void {
  fastify.addHook('preParsing', async (request, reply) => {
    if (BODILESS.has(request.method)) return;
    if (request.is404) throw new NotFoundException();
    await admission.admit(request, reply);
    assertPlainBody(request);
    refusals.assertFew(request);
  });
}
