import { createHash } from 'node:crypto';
import { parseJson } from '@sfm/memory';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The body is not JSON. `position` counts UTF-16 code units from 0, if the parser reported it. */
export class MalformedJsonError extends Error {
  constructor(
    readonly reason: string,
    readonly position: number,
  ) {
    super(`the body is not valid JSON: ${reason}`);
    this.name = 'MalformedJsonError';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const digests = new WeakMap<object, string>();

/**
 * Parses every JSON body. Unlike the framework's parsers it keeps numbers as they were written, the error details for
 * our error shapes, and `__proto__` as an ordinary key.
 */
export function registerJsonParser(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([a-z0-9.+-]+\+)?json\b/,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        done(null, readJson(request, typeof body === 'string' ? Buffer.from(body) : body));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  );
}

/** SHA-256 (hex) of the raw body of a request that carries an `Idempotency-Key`; undefined for others. */
export function bodyDigest(request: FastifyRequest): string | undefined {
  return digests.get(request.raw);
}

function readJson(request: FastifyRequest, body: Buffer): unknown {
  if (request.headers['idempotency-key'] !== undefined) {
    digests.set(request.raw, createHash('sha256').update(body).digest('hex'));
  }
  if (body.length === 0) return undefined;
  return parse(decode(body));
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new MalformedJsonError('the text is not UTF-8', 0);
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(reason)?.[1];
    throw new MalformedJsonError(reason.slice(0, 200), position === undefined ? text.length : Number(position));
  }
}
