import { describe, expect, it } from '@jest/globals';
import { LengthPrefixedFrames, MAX_FRAME_BYTES } from './length-prefixed-frames.js';

function frame(content: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(Buffer.byteLength(content));
  return Buffer.concat([size, Buffer.from(content)]);
}

function announcing(size: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(size);
  return prefix;
}

const taken = (chunks: readonly Buffer[]) => {
  const frames = new LengthPrefixedFrames();
  return chunks.flatMap((chunk) => [...frames.take(chunk)]);
};
const bytesOf = (whole: Buffer) => Array.from(whole, (_, at) => whole.subarray(at, at + 1));

describe('LengthPrefixedFrames', () => {
  const three = [frame('first'), frame(''), frame('third')];

  it('cuts several frames out of one chunk', () => {
    expect(taken([Buffer.concat(three)])).toEqual(three);
  });

  it('puts frames together that come byte by byte, with empty chunks between', () => {
    const chunks = bytesOf(Buffer.concat(three)).flatMap((byte) => [byte, Buffer.alloc(0)]);
    expect(taken(chunks)).toEqual(three);
  });

  it('finds the same frames wherever the chunks end', () => {
    const whole = Buffer.concat(three);
    for (let first = 0; first <= whole.length; first += 1) {
      for (let second = first; second <= whole.length; second += 1) {
        expect(taken([whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)])).toEqual(three);
      }
    }
  });

  it('hands a chunk on without a copy when it holds whole frames', () => {
    const whole = Buffer.concat(three);
    for (const each of taken([whole])) expect(each.buffer).toBe(whole.buffer);
  });

  it('copies a large frame once, however many chunks it comes in', () => {
    const large = Buffer.concat([announcing(4_000_000), Buffer.alloc(4_000_000, 'x')]);
    const concat = Buffer.concat.bind(Buffer);
    let copied = 0;
    Buffer.concat = (list, total) => {
      const joined = concat(list, total);
      copied += joined.length;
      return joined;
    };
    try {
      const chunks = Array.from({ length: 4001 }, (_, at) => large.subarray(at * 1000, (at + 1) * 1000));
      expect(taken(chunks).map(({ length }) => length)).toEqual([large.length]);
    } finally {
      Buffer.concat = concat;
    }
    expect(copied).toBe(large.length);
  });

  it('says nothing of a frame that is not whole', () => {
    expect(taken([frame('first'), frame('second').subarray(0, 9)])).toEqual([frame('first')]);
  });

  it.each([
    ['-1', announcing(-1)],
    ['-2147483648', announcing(-(2 ** 31))],
    [String(MAX_FRAME_BYTES + 1), announcing(MAX_FRAME_BYTES + 1)],
    // What a web server and a TLS listener answer to those who speak another protocol.
    ['1213486160', Buffer.from('HTTP/1.1 400 Bad Request')],
    ['352518912', Buffer.from([0x15, 3, 3, 0, 2, 2, 10])],
  ])('refuses a frame of %s bytes, after the frames before it', (size, prefix) => {
    const frames = new LengthPrefixedFrames();
    const taking = frames.take(Buffer.concat([frame('first'), prefix]));
    expect(taking.next().value).toEqual(frame('first'));
    expect(() => taking.next()).toThrow(`a response of ${size} bytes is announced`);
  });
});
