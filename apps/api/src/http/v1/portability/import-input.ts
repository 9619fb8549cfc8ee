import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { HttpRefusal } from '../../errors/http-refusal.js';
import { statusError } from '../../errors/http-error.js';

export const IMPORT_ROUTE = '/v1/import';

/** How files of any format are sent: as they are, and read while they come. */
export const FILE_TYPES = ['application/x-ndjson', 'application/octet-stream'];

/** How long a sender may send nothing before it counts as gone. */
const PATIENCE_MS = 60_000;

/** Leaves bodies of imports to their route, unread; other routes take no such body. */
export function registerFileParser(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(FILE_TYPES, (request, body: IncomingMessage, done) => {
    if (request.routeOptions.url === IMPORT_ROUTE) done(null, body);
    else done(new HttpRefusal(statusError(415, '')));
  });
}

/**
 * Yields what is sent, as it is asked for. What is left when nobody asks any more stays unread.
 *
 * @param body as it came through the parsers
 * @throws HttpRefusal 415 for a body of another type, 408 when nothing comes for too long, 400 when the sender hangs up
 */
export async function* importInput(body: unknown, patienceMs: number = PATIENCE_MS): AsyncGenerator<Uint8Array> {
  if (!(body instanceof Readable)) {
    const message = `Send the file as it is, with Content-Type: ${FILE_TYPES.join(' or ')}`;
    throw new HttpRefusal({ ...statusError(415, ''), message });
  }
  const pieces = body.iterator({ destroyOnReturn: false });
  for (;;) {
    const next = await inTime(pieces.next(), patienceMs);
    if (next.done === true) return;
    if (next.value instanceof Uint8Array) yield next.value;
  }
}

async function inTime<T>(piece: Promise<T>, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refusal = new HttpRefusal(statusError(408, 'nothing more of the file came'));
    timer = setTimeout(() => reject(refusal), patienceMs).unref();
  });
  piece.catch(() => undefined);
  try {
    return await Promise.race([piece, late]);
  } catch (error) {
    if (error instanceof HttpRefusal) throw error;
    throw new HttpRefusal({
      status: 400,
      code: 'upload_aborted',
      message: 'the caller hung up before the file was complete',
      loudness: 'information',
    });
  } finally {
    clearTimeout(timer);
  }
}
