import { InvalidRequestError } from '@sfm/memory';
import type { FastifyInstance } from 'fastify';

/** Hosts that cannot send headers name the namespace in the address. */
const OF_NAMESPACE = 'mcp/:namespace';
export const MCP_ROUTES = ['mcp', OF_NAMESPACE];

const HEADER = 'x-soma-namespace';

/** Makes the namespace of the address count as if the header had named it, before anybody is admitted to it. */
export function readNamespaceOfAddress(fastify: Pick<FastifyInstance, 'addHook'>): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.url !== `/${OF_NAMESPACE}`) return done();
    const { namespace } = request.params as { readonly namespace: string };
    const named = Buffer.from(namespace).toString('latin1');
    const header = request.headers[HEADER];
    if (header !== undefined && header !== named) {
      return done(
        new InvalidRequestError('X-Soma-Namespace', 'must be left out, or name the namespace of the address'),
      );
    }
    request.raw.headers[HEADER] = named;
    done();
  });
}
