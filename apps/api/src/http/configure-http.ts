import type { IncomingMessage } from 'node:http';
import { MethodNotAllowedException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { CallerAdmission, Refusals } from '@sfm/auth';
import { RequestLimits } from '@sfm/edge';
import { installHttpMetrics, installHttpTracing, installRequestId, ServiceMetrics } from '@sfm/observability';
import { jsonBounds } from '../json/json-bounds.js';
import { keepRequestOrder } from './connections/request-order.js';
import { RouteTable } from './errors/route-table.js';
import { HttpOptions } from './options/http-options.js';
import { admitBeforeReading } from './requests/early-admission.js';
import { requireOneHost } from './requests/host-header.js';
import { IMPORT_ROUTE, registerFileParser } from './v1/portability/import-input.js';
import { installBodyTimeouts } from './requests/body-timeouts.js';
import { registerJsonParser } from './requests/json-body.js';
import { installRequestBudgets } from './requests/request-budgets.js';
import { installSecurityHeaders } from './requests/security-headers.js';
import { readNamespaceOfAddress } from './requests/address-namespace.js';
import { openApiDocument } from './openapi/document.js';

const PREFLIGHT_SECONDS = 600;
const REFUSED_BODY_WAIT_MS = 5000;
/** Longest time a client may take to send a request; slower ones get a 408. */
const REQUEST_TIMEOUT_MS = 60_000;
/** The page would otherwise send its address to a service that judges API documents. */
const FROM_HERE_ONLY = { validatorUrl: 'none' };
const TITLE = 'SomaFractalMemory API';

/** Sets up hooks, the reading of bodies, CORS and API documents. Call once, before the application listens. */
export function configureHttp(app: NestFastifyApplication): void {
  const { cors, version, requestTimeoutMs, isHttpsOnly } = app.get(HttpOptions, { strict: false });
  const { bounds } = app.get(RequestLimits, { strict: false });
  const fastify = app.getHttpAdapter().getInstance();
  installRequestId(fastify);
  installSecurityHeaders(fastify, isHttpsOnly);
  keepRequestOrder(fastify);
  requireOneHost(fastify);
  readNamespaceOfAddress(fastify);
  installHttpTracing(fastify);
  installBodyTimeouts(fastify, REQUEST_TIMEOUT_MS, IMPORT_ROUTE);
  readBodies(app);
  installRequestBudgets(fastify, requestTimeoutMs);
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    const isRefusedFile = reply.statusCode >= 400 && request.routeOptions.url === IMPORT_ROUTE;
    if (reply.statusCode === 413 || isRefusedFile) readToTheEnd(request.raw, done);
    else done();
  });
  installHttpMetrics(fastify, app.get(ServiceMetrics, { strict: false }));
  const routes = app.get(RouteTable, { strict: false });
  routes.watch(fastify);
  fastify.addHook('onRequest', ({ url, method, routeOptions }, _reply, done) => {
    const isPattern = routeOptions.url?.includes('/:') === true;
    done(isPattern && routes.lacksMethod(url, method) ? new MethodNotAllowedException() : undefined);
  });
  if (cors.origins.length > 0) {
    const anyOrigin = cors.origins.includes('*');
    app.enableCors({
      origin: anyOrigin ? '*' : [...cors.origins],
      credentials: !anyOrigin,
      methods: ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS'],
      exposedHeaders: [
        'X-Request-ID',
        'X-Soma-Consistency',
        'X-Soma-Index-Lag',
        'Warning',
        'Location',
        'ETag',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
        'X-Soma-Export-Position',
      ],
      maxAge: PREFLIGHT_SECONDS,
    });
  }
  const document = () => openApiDocument(app, { version, bounds });
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: TITLE,
    swaggerOptions: { ...FROM_HERE_ONLY },
  });
  // Clients and bookmarks of the earlier service know this path. The same page, all of it open to be read in one piece.
  SwaggerModule.setup('redoc', app, document, {
    raw: false,
    customSiteTitle: TITLE,
    swaggerOptions: { ...FROM_HERE_ONLY, docExpansion: 'full', supportedSubmitMethods: [] },
  });
}

/** Has bodies read, of callers that are admitted, within bounds. */
function readBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const refusals = app.get(Refusals, { strict: false });
  const { maxBodyBytes } = app.get(HttpOptions, { strict: false });
  const { maxDepth } = app.get(RequestLimits, { strict: false }).bounds;
  admitBeforeReading(fastify, app.get(CallerAdmission, { strict: false }), refusals);
  const bodies = { maxBytes: maxBodyBytes, ...jsonBounds(maxBodyBytes, maxDepth) };
  registerJsonParser(fastify, bodies, refusals);
  registerFileParser(fastify);
}

/**
 * Keeps reading the body after a 413, or a refused file: a client that is still sending would otherwise see a broken connection instead.
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
