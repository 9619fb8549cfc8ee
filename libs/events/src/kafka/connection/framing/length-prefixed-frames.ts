const PREFIX_BYTES = 4;

/**
 * Brokers accept no request above 100 MiB by default, so no record batch is larger; a fetch may return one batch more
 * than it asks for. Other protocols begin with a byte that reads as a size above this limit: TLS with 0x14 to 0x17,
 * text with a letter.
 */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Splits the bytes of one connection into frames: a signed 32-bit size followed by that many bytes. */
export class LengthPrefixedFrames {
  private parts: Buffer[] = [];
  private kept = 0;
  /** Frame length including the size field; undefined until the size has arrived. */
  private frameBytes: number | undefined;

  /**
   * Yields the frames that end in this chunk, whole and including their size; keeps an incomplete frame for the next
   * chunk. The generator must be read to its end.
   *
   * @throws Error for a size that no broker sends: nothing after it can be read.
   */
  *take(chunk: Buffer): Generator<Buffer, void, undefined> {
    let rest = chunk;
    for (;;) {
      if (this.frameBytes === undefined) {
        // Without a size at most three bytes are kept, so this copies a chunk at most once.
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

  /** Returns the kept bytes followed by `last`, and keeps nothing. */
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
  // A size may be below the four bytes of a correlation id: brokers before 1.0 answer an accepted login with an empty
  // frame.
  if (size >= 0 && size <= MAX_FRAME_BYTES) return size;
  throw new Error(`a response of ${size} bytes is announced (first bytes: ${frame.toString('hex', 0, 16)})`);
}
