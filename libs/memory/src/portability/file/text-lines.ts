import { InvalidRequestError } from '../../model/errors.js';

const NEWLINE = 0x0a;

/** A piece of a file, and the number of the line on which it begins, from 1. */
export interface TextPiece {
  readonly line: number;
  readonly text: string;
}

/** A line, with its bytes, the end of line included. */
export interface TextLine extends TextPiece {
  readonly bytes: Buffer;
}

/** A piece of a file cannot be read. */
export class BrokenLineError extends InvalidRequestError {
  constructor(
    readonly line: number,
    field: string,
    allowed: string,
  ) {
    super(field, allowed);
  }
}

/**
 * Splits bytes into lines, keeping no more than one. The last may lack its end.
 *
 * @throws BrokenLineError for a line that is too long or not UTF-8
 */
export async function* textLines(input: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<TextLine> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): TextLine => {
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    [parts, length] = [[], 0];
    try {
      return { line, bytes, text: utf8.decode(bytes).trim() };
    } catch {
      throw new BrokenLineError(line, 'line', 'must be UTF-8');
    }
  };
  const keep = (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) throw new BrokenLineError(line, 'line', `must be at most ${maxBytes} bytes long`);
    parts.push(part);
  };
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      keep(bytes.subarray(start, end + 1));
      yield take();
      line += 1;
      start = end + 1;
    }
    // A copy: the rest of a line must not keep all of what came with it.
    if (start < bytes.length) keep(Buffer.from(bytes.subarray(start)));
  }
  if (length > 0) yield take();
}
