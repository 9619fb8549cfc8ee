import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { stringifyJson } from '@sfm/memory';
import { dropIdleReader } from './connections/idle-reader.js';
import { writeAnswersInTurns } from './requests/answer-turns.js';
import { requestIdOf } from '@sfm/observability';
import { errorResponse } from './errors/error-response.js';
import { statusError } from './errors/http-error.js';
import type { HttpOptions } from './options/http-options.js';

/** Longest time for the head of it. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often the two are looked at. */
const TIMEOUT_CHECKS_MS = 5000;
/** Coordinates are path parameters, so this allows any length that the limits permit. */
const MAX_PATH_PARAMETER = 65_536;
/** Enough of a request that cannot be read to see its path. */
const START_BYTES = 512;

/** The server under Nest; uses our error shapes even for requests that reach no route. */
export function createHttpAdapter({ trustedProxies }: Pick<HttpOptions, 'trustedProxies'>): FastifyAdapter {
  const adapter = new OwnParserAdapter({
    // Bodies have limits of their own: see `installBodyTimeouts`.
    requestTimeout: 0,
    // The address of a caller, which counts in limits, is the connection's unless a known proxy says another.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECKS_MS,
      // Answered by a hook instead, as JSON.
      requireHostHeader: false,
    },
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const { status, contentType, body } = errorResponse(statusError(error.statusCode ?? 400, error.message), {
        url: request.raw.url ?? '/',
        id: request.id,
      });
      void reply.code(status).header('content-type', contentType).send(JSON.stringify(body));
    },
  });
  const fastify = adapter.getInstance();
  fastify.setReplySerializer((body) => stringifyJson(body));
  fastify.server.on('checkExpectation', refuseExpectation);
  writeAnswersInTurns(fastify);
  fastify.addHook('onRequest', (_, reply, done) => {
    dropIdleReader(reply.raw);
    done();
  });
  return adapter;
}

/** Keeps Nest from adding its own body parsers to ours. */
class OwnParserAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {}
}

/** Answers an `Expect` other than 100-continue, which Node would answer without a body. */
function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  const { status, contentType, body } = errorResponse(statusError(417, ''), {
    url: request.url ?? '/',
    id: requestIdOf(request),
  });
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}

/**
 * Answers input that Node cannot parse as HTTP, in the shape of the API whose path begins it; in the compatible one when
 * that is not known.
 */
function answerClientError(
  error: Error & { readonly code?: string; readonly rawPacket?: unknown },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const start = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1', 0, START_BYTES) : '';
  const url = /^[A-Z]+ (\/[^\s?]*)/.exec(start)?.[1] ?? '/';
  const { body, contentType } = errorResponse(statusError(status, STATUS_CODES[status] ?? 'Bad Request'), {
    url,
    id: '',
  });
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
