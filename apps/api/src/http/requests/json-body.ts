import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Refusals } from '@sfm/auth';
import { parseJson } from '@sfm/memory';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MalformedJsonError } from '../errors/malformed-json-error.js';
import { HttpRefusal } from '../errors/http-refusal.js';
import { isHangUp, readBody, type BodyBounds } from './body-reader.js';
import { turnToParse } from '../../json/parsing-turns.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const digests = new WeakMap<object, string>();

/**
 * Parses every JSON body. Unlike the framework's parsers it keeps numbers as they were written, the error details for
 * our error shapes, and `__proto__` as an ordinary key; what is too large or too deep is refused while it is read, and
 * counted by `refusals`.
 */
export function registerJsonParser(
  fastify: FastifyInstance,
  bounds: BodyBounds,
  refusals: Pick<Refusals, 'count'>,
): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([a-z0-9.+-]+\+)?json\b/,
    async (request: FastifyRequest, stream: IncomingMessage) => {
      try {
        const body = await readBody(stream, bounds, declaredBytes(request));
        await turnToParse(body.length);
        return readJson(request, body);
      } catch (error) {
        // A connection that breaks is nobody's doing.
        throw isHangUp(error) ? error : await refusals.count(request, error);
      }
    },
  );
}

/** SHA-256 (hex) of the raw body of a request that carries an `Idempotency-Key`; undefined for others. */
export function bodyDigest(request: FastifyRequest): string | undefined {
  return digests.get(request.raw);
}

/** @throws HttpRefusal for a body that is compressed: it would have to be read in full before anything is known of it */
export function assertPlainBody({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || /^(?:identity)?$/i.test(encoding)) return;
  throw new HttpRefusal({
    status: 415,
    code: 'unsupported_content_encoding',
    message: 'Send the body as it is, without Content-Encoding: only identity is accepted',
    headers: { 'accept-encoding': 'identity' },
    loudness: 'silent',
  });
}

function declaredBytes({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
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
