import type { Readable } from 'node:stream';
import { fieldName } from '@sfm/edge';
import { HttpRefusal } from '../errors/http-refusal.js';
import { statusError } from '../errors/http-error.js';
import { JsonScan, pathToEnd, type JsonBounds } from '../../json/json-scan.js';

const UPLOAD_ABORTED = 'upload_aborted';

/** What a body may be; one that is more is refused while it is read. */
export interface BodyBounds extends JsonBounds {
  readonly maxBytes: number;
}

/** What a body has too many of. */
const COUNTED = { maxValues: 'values', maxKeys: 'keys' } as const;

/**
 * Reads a body of JSON. What is left of one that is refused is discarded as it comes in.
 *
 * @param declaredBytes as the caller says, if it does
 * @throws HttpRefusal 413 or 422 as soon as the body is too large, too deep or made of too much, and 400 when the caller
 * hangs up
 */
export async function readBody(stream: Readable, bounds: BodyBounds, declaredBytes?: number): Promise<Buffer> {
  if (declaredBytes !== undefined && declaredBytes > bounds.maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const scan = new JsonScan(bounds);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (refusal?: HttpRefusal) => {
      stream.off('data', take).off('end', settleWell).off('close', hangUp);
      if (refusal === undefined) return resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      stream.resume();
      reject(refusal);
    };
    const settleWell = () => settle();
    const hangUp = () => settle(hungUp());
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bounds.maxBytes) return settle(tooLarge());
      const excess = scan.feed(chunk);
      if (excess === undefined) return void chunks.push(chunk);
      const before = Buffer.concat([...chunks, chunk.subarray(0, excess.at)]).toString('utf8');
      settle(refusalOf(excess.bound, bounds, pathToEnd(before)));
    };
    // Stays: a connection may break while the rest is discarded.
    stream.on('error', hangUp);
    stream.on('data', take).on('end', settleWell).on('close', hangUp);
  });
}

/** Whether the body ended early because its caller hung up. */
export function isHangUp(error: unknown): boolean {
  return error instanceof HttpRefusal && error.answer.code === UPLOAD_ABORTED;
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(statusError(413, ''));
}

function refusalOf(bound: keyof JsonBounds, bounds: JsonBounds, end: readonly (string | number)[]): HttpRefusal {
  const isTooDeep = bound === 'maxDepth';
  const allowed = isTooDeep
    ? `is nested too deeply: a body has at most ${bounds[bound]} levels`
    : `makes the body hold too many ${COUNTED[bound]}: at most ${bounds[bound]} are allowed`;
  // Of a list that is too long, the list is what matters.
  const path = isTooDeep ? [...end] : end.slice(0, end.findLastIndex((step) => typeof step === 'string') + 1);
  const name = fieldName({ part: 'body', path });
  return new HttpRefusal({
    status: 422,
    code: 'invalid_request',
    message: `${name} ${allowed}`,
    problems: [{ part: 'body', path, type: 'value_error', msg: `Value error, ${name} ${allowed}`, allowed }],
    loudness: 'silent',
  });
}

/** Nobody reads the answer, and nothing is wrong with the service. */
function hungUp(): HttpRefusal {
  return new HttpRefusal({
    status: 400,
    code: UPLOAD_ABORTED,
    message: 'the caller hung up before the body was complete',
    loudness: 'information',
  });
}
