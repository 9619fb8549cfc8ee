import { describe, expect, it } from '@jest/globals';
import { EventLines } from './event-lines.js';

const PORTION = Array.from({ length: 50 }, (_, index) => ({ event: 'difference', index, detail: 'x'.repeat(200) }));

describe('lines for a reader', () => {
  it('keep no more than a portion waiting for one that does not read, and go on when it reads', async () => {
    const lines = new EventLines();
    let portions = 0;
    const telling = (async () => {
      for (; portions < 1000; portions += 1) {
        for (const event of PORTION) lines.add(event);
        await lines.whenRead();
      }
      lines.end();
    })();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const portionBytes = JSON.stringify(PORTION).length;
    expect(portions).toBeLessThan(10);
    expect(lines.stream.readableLength).toBeLessThan(lines.stream.readableHighWaterMark + 2 * portionBytes);
    let read = 0;
    let most = 0;
    for await (const chunk of lines.stream) {
      read += String(chunk).split('\n').length - 1;
      most = Math.max(most, lines.stream.readableLength);
    }
    await telling;
    expect(read).toBe(1000 * PORTION.length);
    expect(most).toBeLessThan(lines.stream.readableHighWaterMark + 2 * portionBytes);
  });

  it('give up on a reader who takes nothing, and do not wait for one who is gone', async () => {
    const deaf = new EventLines(10);
    for (const event of [...PORTION, ...PORTION]) deaf.add(event);
    await expect(deaf.whenRead()).rejects.toThrow('does not read');
    const gone = new EventLines();
    for (const event of [...PORTION, ...PORTION]) gone.add(event);
    const waiting = gone.whenRead();
    gone.stream.destroy();
    await waiting;
    gone.add({ event: 'late' });
    gone.end();
    await gone.whenRead();
  });
});
