const PREFIX_BYTES = 4;

/**
 * Brokers take no request above 100 MiB by default, so no record batch is larger; a fetch may return one batch more than
 * it asks for. What speaks another protocol begins with a byte that makes a size above this: TLS with 0x14 to 0x17,
 * text with a letter.
 */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Cuts what arrives on one connection into frames: a signed 32-bit size and that many bytes. */
export class LengthPrefixedFrames {
  private parts: Buffer[] = [];
  private kept = 0;
  /** With its size; undefined until that has arrived. */
  private frameBytes: number | undefined;

  /**
   * The frames that end in this chunk, whole and with their size; the beginning of another is kept for the next chunk.
   * To be read to its end.
   *
   * @throws Error when a size is one that no broker sends: nothing behind it can be read.
   */
  *take(chunk: Buffer): Generator<Buffer, void, undefined> {
    let rest = chunk;
    for (;;) {
      if (this.frameBytes === undefined) {
        // At most three bytes are kept without a size, so this copies a chunk once at most.
        rest = this.append(rest);
        if (rest.length < PREFIX_BYTES) return this.keep(rest);
        this.frameBytes = PREFIX_BYTES + sizeOf(rest);
      }
      const missing = this.frameBytes - this.kept;
      if (rest.length < missing) return this.keep(rest);
      this.frameBytes = undefined;
      const frame = this.append(rest.subarray(0, missing));
      rest = rest.subarray(missing);
      yield frame;
    }
  }

  private keep(part: Buffer): void {
    if (part.length === 0) return;
    this.parts.push(part);
    this.kept += part.length;
  }

  /** What is kept, and this behind it; nothing is kept then. */
  private append(last: Buffer): Buffer {
    if (this.kept === 0) return last;
    const whole = Buffer.concat([...this.parts, last], this.kept + last.length);
    this.parts = [];
    this.kept = 0;
    return whole;
  }
}

function sizeOf(frame: Buffer): number {
  const size = frame.readInt32BE(0);
  // Below the four bytes of a correlation id too: a login that brokers before 1.0 accept is answered by an empty frame.
  if (size >= 0 && size <= MAX_FRAME_BYTES) return size;
  throw new Error(`a response of ${size} bytes is announced (first bytes: ${frame.toString('hex', 0, 16)})`);
}
