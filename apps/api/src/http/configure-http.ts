import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { installHttpMetrics, installHttpTracing, installRequestId, ServiceMetrics } from '@sfm/observability';
import { RouteTable } from './errors/route-table.js';
import { HttpOptions } from './options/http-options.js';
import { installRequestBudgets } from './requests/request-budgets.js';
import { openApiDocument } from './openapi/document.js';

const PREFLIGHT_SECONDS = 600;
const REFUSED_BODY_WAIT_MS = 5000;

/** Sets up hooks, CORS and API documents. Call once, before the application listens. */
export function configureHttp(app: NestFastifyApplication): void {
  const { cors, version, requestTimeoutMs } = app.get(HttpOptions, { strict: false });
  const fastify = app.getHttpAdapter().getInstance();
  installRequestId(fastify);
  installHttpTracing(fastify);
  installRequestBudgets(fastify, requestTimeoutMs);
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode === 413) readToTheEnd(request.raw, done);
    else done();
  });
  installHttpMetrics(fastify, app.get(ServiceMetrics, { strict: false }));
  app.get(RouteTable, { strict: false }).watch(fastify);
  if (cors.origins.length > 0) {
    const anyOrigin = cors.origins.includes('*');
    app.enableCors({
      origin: anyOrigin ? '*' : [...cors.origins],
      credentials: !anyOrigin,
      methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
      exposedHeaders: [
        'X-Request-ID',
        'Location',
        'ETag',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ],
      maxAge: PREFLIGHT_SECONDS,
    });
  }
  SwaggerModule.setup('docs', app, () => openApiDocument(app, version), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'SomaFractalMemory API',
  });
}

/**
 * Keeps reading the body after a 413: a client that is still sending would otherwise see a broken connection instead.
 * Bounded: a client that keeps sending is cut off.
 */
function readToTheEnd(request: IncomingMessage, done: () => void): void {
  if (request.complete || request.readableEnded) return done();
  const timer = setTimeout(finish, REFUSED_BODY_WAIT_MS);
  function finish(): void {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    done();
  }
  request.on('end', finish).on('close', finish).resume();
}
