import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PartitionPauses } from './partition-pauses.js';

/** A member of the group as the client has it: it refuses to be asked for anything once it has left. */
function member() {
  const said: string[] = [];
  let hasLeft = false;
  const say = (what: string) => {
    if (hasLeft) throw new Error('Consumer group was not initialized, consumer#run must be called first');
    said.push(what);
  };
  const pauses = new PartitionPauses({ pause: () => say('pause'), resume: () => say('resume') });
  const leave = () => {
    hasLeft = true;
    pauses.end();
  };
  return { said, pauses, leave };
}

const PARTITION = { topic: 'memory.events', partition: 1 };

describe('PartitionPauses', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('resumes a partition when its pause is over', () => {
    const { said, pauses } = member();
    pauses.pause(PARTITION, 100);
    jest.advanceTimersByTime(99);
    expect(said).toEqual(['pause']);
    jest.advanceTimersByTime(1);
    expect(said).toEqual(['pause', 'resume']);
  });

  it('asks nothing of a member that has left since the pause began', () => {
    const { said, pauses, leave } = member();
    pauses.pause(PARTITION, 100);
    leave();
    jest.advanceTimersByTime(1000);
    expect(said).toEqual(['pause']);
  });

  it('asks nothing of a member that had left before', () => {
    const { said, pauses, leave } = member();
    leave();
    pauses.pause(PARTITION, 100);
    jest.advanceTimersByTime(1000);
    expect(said).toEqual([]);
  });
});
