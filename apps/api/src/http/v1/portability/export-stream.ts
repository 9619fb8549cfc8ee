import { Readable } from 'node:stream';

/** How long a reader may take nothing before it counts as gone. */
const PATIENCE_MS = 60_000;
/** What is handed over at once: a reader that takes so much within the patience is slow, and served. */
const PIECE_BYTES = 65_536;

/**
 * A stream of texts that are made as they are read, for a reader of any speed. One that takes nothing for too long loses
 * the connection, as does everyone when `stopping` aborts, with its reason; the generator ends with the stream, however that ends.
 */
export function exportStream(
  texts: AsyncGenerator<string>,
  stopping: AbortSignal,
  patienceMs: number = PATIENCE_MS,
): Readable {
  const stream = Readable.from(pieces(), { objectMode: false, highWaterMark: PIECE_BYTES });
  const stop = () => stream.destroy(reasonOf(stopping));
  // A request that came before the end may be answered after it began.
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop, { once: true });
  stream.once('close', () => stopping.removeEventListener('abort', stop));
  return stream;

  async function* pieces(): AsyncGenerator<Buffer> {
    const giveUp = () => stream.destroy(new Error('the client does not read what it asked for'));
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
        const timer = setTimeout(giveUp, patienceMs).unref();
        try {
          yield bytes.subarray(start, start + PIECE_BYTES);
        } finally {
          clearTimeout(timer);
        }
      }
    }
  }
}

/** A plain `abort()` has a reason too, which says nothing. */
function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error && reason.name !== 'AbortError' ? reason : new Error('the service is stopping');
}

/** Gives back a generator whose first text is known. */
export async function* from(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
