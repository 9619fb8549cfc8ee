/** Input of which the beginning is known before it is read. */
export interface PeekedInput {
  /** The first line, or as much as was asked for; less only when there is no more. */
  readonly head: Buffer;
  /** All of it, the beginning included. */
  readonly input: AsyncIterable<Uint8Array>;
}

const NEWLINE = 0x0a;

/** Reads until the end of the first line that is not blank, or so many bytes. */
export async function peek(input: AsyncIterable<Uint8Array>, maxBytes: number): Promise<PeekedInput> {
  const rest = input[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < maxBytes && !hasLine(head)) {
    const next = await rest.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, input: both(head, rest) };
}

function hasLine(bytes: Buffer): boolean {
  const end = bytes.lastIndexOf(NEWLINE);
  return end !== -1 && bytes.toString('latin1', 0, end).trim() !== '';
}

async function* both(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
