import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Writes a file at the pace of its disk; what the disk refuses is thrown by the write that notices it. */
export class OutputFile {
  private readonly stream: WriteStream;
  private readonly failed: Promise<never>;

  /** @param flags as of `open`: `w`, `wx` or `a`. */
  constructor(path: string, flags: 'w' | 'wx' | 'a') {
    this.stream = createWriteStream(path, { flags });
    this.failed = once(this.stream, 'error').then(([error]) => Promise.reject(error as Error));
    this.failed.catch(() => undefined);
  }

  /** Resolves when it is there; until then it may be refused. */
  async opened(): Promise<void> {
    if (this.stream.pending) await Promise.race([once(this.stream, 'open'), this.failed]);
  }

  async write(text: string | Uint8Array): Promise<void> {
    const taken = this.stream.write(text) ? Promise.resolve() : once(this.stream, 'drain');
    await Promise.race([taken, this.failed]);
  }

  async close(): Promise<void> {
    this.stream.end();
    await Promise.race([finished(this.stream), this.failed]);
  }
}
