import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProgressLine, type ProgressStream } from './progress-line.js';

const CLEAR = '\r\u001b[K';

describe('a progress line', () => {
  let written: string[];
  const stream = (given: Partial<ProgressStream>): ProgressStream => ({
    isTTY: true,
    columns: 80,
    write: (text) => written.push(text),
    ...given,
  });
  beforeEach(() => {
    jest.useFakeTimers();
    written = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is written over itself, and makes room for other output', () => {
    const line = new ProgressLine(stream({}));
    line.show('api_ns: memories 1 of 2');
    jest.advanceTimersByTime(100);
    line.show('api_ns: memories 2 of 2');
    line.clear();
    line.clear();
    expect(written).toEqual([`${CLEAR}api_ns: memories 1 of 2`, `${CLEAR}api_ns: memories 2 of 2`, CLEAR]);
  });

  it('is written ten times a second at most, and only when it is told something', () => {
    const line = new ProgressLine(stream({}));
    for (let step = 0; step < 1000; step += 1) {
      line.show(`step ${step}`);
      jest.advanceTimersByTime(1);
    }
    expect(written).toHaveLength(10);
    jest.advanceTimersByTime(10_000);
    expect(written).toHaveLength(10);
  });

  it('holds no process, and leaves signals and cursor alone', () => {
    const listeners = () => [
      process.listenerCount('SIGINT'),
      process.listenerCount('SIGTERM'),
      process.listenerCount('exit'),
    ];
    const before = listeners();
    new ProgressLine(stream({})).show('step 1');
    expect(jest.getTimerCount()).toBe(0);
    expect(listeners()).toEqual(before);
    expect(written).toEqual([`${CLEAR}step 1`]);
  });

  it('stays one line of a narrow terminal', () => {
    const line = new ProgressLine(stream({ columns: 10 }));
    line.show('api_ns: memories 1 of 2');
    expect(written).toEqual([`${CLEAR}api_ns: m`]);
  });

  it('is nothing where nobody watches', () => {
    const line = new ProgressLine(stream({ isTTY: false }));
    line.show('step 1');
    line.clear();
    expect(written).toEqual([]);
  });
});
