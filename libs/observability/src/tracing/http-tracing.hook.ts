import type { FastifyInstance } from 'fastify';
import { beginSpan, isTracing } from './tracing.js';

/** Routes that probes and scrapers call by the thousand, and the API document pages. */
const UNTRACED = /^\/$|^\/(?:ping|health|healthz|readyz|metrics|docs|openapi\.json)(?:\/|$)/;

/**
 * Creates a server span for every request except those of probes, scrapers and documents; it continues the trace of an
 * incoming `traceparent`. It omits the path, because paths contain coordinates. No effect while tracing is off, so call
 * it after `startTracing`.
 */
export function installHttpTracing(fastify: Pick<FastifyInstance, 'addHook'>): void {
  if (!isTracing()) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    if (route !== undefined && UNTRACED.test(route)) return done();
    const { method, id, headers } = request;
    const span = beginSpan(
      {
        name: route === undefined ? method : `${method} ${route}`,
        kind: 'server',
        attributes: {
          'http.request.method': method,
          'url.scheme': request.protocol,
          'soma.request_id': id,
          ...(route === undefined ? {} : { 'http.route': route }),
        },
      },
      { traceparent: single(headers['traceparent']), tracestate: single(headers['tracestate']) },
    );
    if (!span) return done();
    // Also runs when the client disconnects before its answer.
    reply.raw.once('close', () => {
      const { statusCode, writableFinished } = reply.raw;
      span.set('http.response.status_code', statusCode);
      if (statusCode >= 500) span.fail(String(statusCode));
      else if (!writableFinished) span.fail('client_closed');
      span.end();
    });
    span.run(done);
  });
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
