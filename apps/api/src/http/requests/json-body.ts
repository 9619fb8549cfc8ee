import { createHash } from 'node:crypto';
import { InvalidShapeError, type FieldPath } from '@sfm/edge';
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
 * Parses every JSON body. Unlike the framework's parsers it keeps the error details for our error shapes, and never
 * strips or trusts `__proto__`.
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
  const text = decode(body);
  const value = parse(text);
  // Cheap check first: only bodies that may hold the key, plain or escaped, need the walk.
  if (text.includes('__proto__') || text.includes('\\u00')) refuseProto(value);
  return value;
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
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(reason)?.[1];
    throw new MalformedJsonError(reason.slice(0, 200), position === undefined ? text.length : Number(position));
  }
}

/** Walks without recursion: the body may be nested deeper than the stack. */
function refuseProto(root: unknown): void {
  const waiting: { readonly value: unknown; readonly path: FieldPath }[] = [{ value: root, path: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) {
      throw new InvalidShapeError([
        {
          part: 'body',
          path: [...path, '__proto__'],
          type: 'value_error',
          msg: 'Value error, the key "__proto__" is not allowed',
          allowed: 'is not an allowed key',
        },
      ]);
    }
    // Longer paths are cut: the path only names the position in an error.
    const here = path.length < 12 ? path : path.slice(0, 12);
    for (const [key, child] of Object.entries(value)) {
      waiting.push({ value: child, path: [...here, Array.isArray(value) ? Number(key) : key.slice(0, 80)] });
    }
  }
}
