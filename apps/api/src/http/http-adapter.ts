import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { requestIdOf } from '@sfm/observability';
import { errorResponse } from './errors/error-response.js';
import { statusError } from './errors/http-error.js';
import type { HttpOptions } from './options/http-options.js';
import { registerJsonParser } from './requests/json-body.js';

/** Longest time a client may take to send a request; slower ones are answered 408. */
const REQUEST_TIMEOUT_MS = 60_000;
/** Coordinates are path parameters: room for any that the limits allow. */
const MAX_PATH_PARAMETER = 65_536;

/** The server beneath Nest, answering in our error shapes even where no route was reached. */
export function createHttpAdapter({ maxBodyBytes }: Pick<HttpOptions, 'maxBodyBytes'>): FastifyAdapter {
  const adapter = new OwnParserAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
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
  registerJsonParser(adapter.getInstance());
  return adapter;
}

/** Leaves the body parsers to us: Nest would add its own beside them. */
class OwnParserAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {}
}

/** Answers what Node could not read as HTTP. The path is unknown then, so the shape is the compatible one. */
function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const { body } = errorResponse(statusError(status, STATUS_CODES[status] ?? 'Bad Request'), { url: '/', id: '' });
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
