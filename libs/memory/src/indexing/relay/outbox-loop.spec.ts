import { afterEach, describe, expect, it } from '@jest/globals';
import { OutboxLoop } from './outbox-loop.js';

const AN_HOUR = 3_600_000;
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('OutboxLoop', () => {
  let commit: () => void = () => {};
  let isListening = false;
  let turns = 0;
  let loop: OutboxLoop;
  const outbox = {
    listen: (wake: () => void) => {
      [commit, isListening] = [wake, true];
      return Promise.resolve(() => {
        isListening = false;
        return Promise.resolve();
      });
    },
  };
  const start = (rest: () => Promise<void>): Promise<void> => {
    turns = 0;
    loop = new OutboxLoop(outbox, () => {
      turns += 1;
      return rest();
    });
    return loop.start();
  };
  afterEach(() => loop.stop());

  it('begins its next turn when events are committed', async () => {
    await start(() => loop.restUntilWoken(AN_HOUR));
    await tick();
    expect(turns).toBe(1);
    commit();
    await tick();
    expect(turns).toBe(2);
  });

  it('passes over no events that are committed while a turn is under way', async () => {
    await start(async () => {
      if (turns === 1) commit();
      await loop.restUntilWoken(AN_HOUR);
    });
    await tick();
    expect(turns).toBe(2);
  });

  it('is not woken from a rest that is meant to be whole', async () => {
    await start(() => loop.rest(AN_HOUR));
    await tick();
    expect(turns).toBe(1);
    for (let news = 0; news < 5; news += 1) {
      commit();
      await tick();
    }
    expect(turns).toBe(1);
  });

  it.each(['rest', 'restUntilWoken'] as const)('stops in the midst of %s, and listens no more', async (kind) => {
    await start(() => loop[kind](AN_HOUR));
    await tick();
    expect(turns).toBe(1);
    await loop.stop();
    expect({ turns, isListening }).toEqual({ turns: 1, isListening: false });
  });

  it('stops when the turn that is under way has ended', async () => {
    const steps: string[] = [];
    let finish: () => void = () => {};
    await start(async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      steps.push('turn');
    });
    const stopped = loop.stop().then(() => steps.push('stopped'));
    expect(loop.isStopping).toBe(true);
    finish();
    await stopped;
    expect(steps).toEqual(['turn', 'stopped']);
  });
});
