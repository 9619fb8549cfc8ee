import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Shutdown } from './shutdown.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('a shutdown', () => {
  let ran: string[];
  let exits: jest.SpiedFunction<typeof process.exit>;

  beforeEach(() => {
    ran = [];
    exits = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  });
  afterEach(() => exits.mockRestore());

  const step =
    (name: string, work: () => Promise<void> = () => Promise.resolve()) =>
    () => {
      ran.push(name);
      return work();
    };
  const aShutdown = (timeoutMs = 60_000) => new Shutdown(SILENT, timeoutMs, 'testing');

  it('runs its steps once, in order, and ends with the code', async () => {
    const shutdown = aShutdown();
    shutdown.doLast(step('last'));
    shutdown.doFirst(step('first'));
    await Promise.all([shutdown.begin(0), shutdown.begin(1)]);
    expect([ran, exits.mock.calls]).toEqual([['first', 'last'], [[0]]]);
  });

  it('runs the others when one fails, or takes longer than all of them may', async () => {
    const shutdown = aShutdown(50);
    shutdown.doLast(step('hangs', () => new Promise(() => undefined)));
    shutdown.doLast(step('fails', () => Promise.reject(new Error('a slip'))));
    shutdown.doLast(step('stops the server'));
    await shutdown.begin(0);
    expect([ran, exits.mock.calls]).toEqual([['hangs', 'fails', 'stops the server'], [[1]]]);
  });

  it('runs what is started while it has begun, and says that it has', async () => {
    const shutdown = aShutdown();
    const starting = async () => shutdown.doFirst(step('what was started'));
    shutdown.doLast(starting);
    shutdown.doLast(step('last'));
    expect(shutdown.signal.aborted).toBe(false);
    await shutdown.begin(0);
    expect([shutdown.signal.aborted, ran]).toEqual([true, ['what was started', 'last']]);
  });
});
