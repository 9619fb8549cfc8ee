import { Catch, Logger, MethodNotAllowedException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { RequestPart } from '@sfm/edge';
import { stringifyJson } from '@sfm/memory';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeHttpError } from './describe-http-error.js';
import { errorResponse } from './error-response.js';
import { statusError, type HttpError } from './http-error.js';
import { RouteTable } from './route-table.js';

/** Answers every error in the shape of its API; logs server faults, and what an operator may want to know. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(private readonly routes: RouteTable) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    const description = this.describe(error, request);
    if (description.loudness !== 'silent') this.report(error, description, request);
    const { status, contentType, headers, body } = errorResponse(description, request);
    void reply.code(status).headers(headers).header('content-type', contentType).send(stringifyJson(body));
  }

  private describe(error: unknown, request: FastifyRequest): HttpError {
    if (request.is404 || error instanceof MethodNotAllowedException) {
      const allowed = this.routes.methodsAt(request.url);
      if (allowed.length > 0) return { ...statusError(405, ''), headers: { allow: allowed.join(', ') } };
      return statusError(404, '');
    }
    return describeHttpError(error, partOf(request));
  }

  private report(error: unknown, { status, code, loudness }: HttpError, request: FastifyRequest): void {
    const msg = `${request.method} ${request.routeOptions.url ?? request.url} [${request.id}] ${status} ${code}`;
    const reason = error instanceof Error ? error.message : String(error);
    if (loudness === 'information') this.logger.log({ msg: `${msg}: ${reason}`, request_id: request.id });
    else if (loudness === 'warning') this.logger.warn({ msg: `${msg}: ${reason}`, request_id: request.id });
    else this.logger.error({ msg, request_id: request.id }, error instanceof Error ? error.stack : reason);
  }
}

/** The request part that the value of a core error came from: body, path or query string. */
function partOf(request: FastifyRequest): RequestPart {
  if (request.body !== undefined && request.body !== null) return 'body';
  const params = request.params;
  return typeof params === 'object' && params !== null && Object.keys(params).length > 0 ? 'path' : 'query';
}
