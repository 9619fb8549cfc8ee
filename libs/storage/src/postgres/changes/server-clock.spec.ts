import { describe, expect, it } from '@jest/globals';
import { ServerClock } from './server-clock.js';

describe('the clock of a server', () => {
  it('is unknown before the first reading', () => {
    expect(new ServerClock().earliestAt(5)).toBeUndefined();
  });

  it('is never taken for later than it is, and each reading narrows the doubt', () => {
    const clock = new ServerClock();
    // The server is 1000 ahead. The first answer took long.
    clock.note(1050, { sentMs: 0, receivedMs: 100 });
    expect(clock.earliestAt(100)).toBe(1050);
    clock.note(1105, { sentMs: 104, receivedMs: 106 });
    expect(clock.earliestAt(106)).toBe(1105);
    // A slow answer tells nothing new.
    clock.note(1110, { sentMs: 108, receivedMs: 140 });
    expect(clock.earliestAt(140)).toBeGreaterThan(1138);
  });

  it('is known less exactly the older the last reading is', () => {
    const clock = new ServerClock();
    clock.note(1000, { sentMs: 0, receivedMs: 0 });
    expect(clock.earliestAt(10_000)).toBe(10_995);
  });

  it.each([
    ['forward', 90_000],
    ['back', -90_000],
  ])('is believed again at once after it was set %s', (_, leap) => {
    const clock = new ServerClock();
    clock.note(100_001, { sentMs: 0, receivedMs: 2 });
    clock.note(100_011 + leap, { sentMs: 10, receivedMs: 12 });
    expect(clock.earliestAt(12)).toBe(100_011 + leap);
  });
});
