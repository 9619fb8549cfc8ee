import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IndexCosts } from './index-cost.js';
import { IndexRoom } from './index-room.js';
import type { MemoryUse } from './process-memory.port.js';

const MB = 1024 * 1024;
const NOTHING = { perMemory: 0, perByte: 0 };
/** A memory takes 10 MB in any index, 20 MB more among words, and 30 MB outside the heap as a vector. */
const COSTS: IndexCosts = {
  contents: { heap: { perMemory: 0, perByte: MB }, outside: NOTHING },
  lexical: { heap: { perMemory: 20 * MB, perByte: 0 }, outside: NOTHING },
  vector: { heap: NOTHING, outside: { perMemory: 30 * MB, perByte: 0 } },
};
const extentOf = (memories: number) => ({ memories, payloadBytes: 10 });

describe('room for indexes', () => {
  let use: MemoryUse;
  let problems: string[];

  beforeEach(() => {
    use = useOf({ heap: [20, 100], resident: [100, 1000] });
    problems = [];
  });

  const roomFor = (...indexes: ('lexical' | 'vector')[]) =>
    new IndexRoom({ read: () => use }, { indexes, costs: COSTS, onProblem: (problem) => problems.push(problem) });
  const planned = (memories: number) => {
    const room = roomFor('lexical', 'vector');
    room.plan(extentOf(memories));
    return [room.stateOf('lexical'), room.stateOf('vector')];
  };

  it('is given to all that fit into four fifths of the limits', () => {
    expect(planned(2)).toEqual(['whole', 'whole']);
    expect(problems).toEqual([]);
  });

  it('is given to vectors where the heap is too small for words, with what to do about it', () => {
    expect(planned(3)).toEqual(['none', 'whole']);
    expect(problems).toEqual([
      'there is not enough memory for the index of words: 3 memories need about 90 MB of heap in both indexes and 90 MB ' +
        'outside it, and the heap holds 20 MB of 100 MB, the process 100 MB of 1000 MB, of which 80 % may be filled. ' +
        'Recall goes without; storing and reading go on. Raise the limit (NODE_OPTIONS=--max-old-space-size=<MB> for ' +
        'the heap, the memory of the container for the process) or let Qdrant have the vectors, and start again.',
    ]);
  });

  it('is given to words where vectors do not fit into the process', () => {
    use = useOf({ heap: [20, 1000], resident: [100, 400] });
    expect(planned(6)).toEqual(['whole', 'none']);
  });

  it('is given to none when neither fits', () => {
    expect(planned(30)).toEqual(['none', 'none']);
    expect(problems[0]).toMatch(/^there is not enough memory for the index of words and the vector index: 30 memories/);
  });

  it('goes to what frees what has run out, then to nothing more', () => {
    const room = roomFor('lexical', 'vector');
    use = useOf({ heap: [84, 100], resident: [100, 1000] });
    expect([room.admits('lexical'), room.admits('vector')]).toEqual([true, true]);
    use = useOf({ heap: [86, 100], resident: [100, 1000], collections: 4 });
    expect([room.admits('vector'), room.admits('lexical'), room.stateOf('lexical')]).toEqual([true, false, 'none']);
    expect(problems[0]).toMatch(
      /^memory is running out, so the index of words is given up: the heap holds 86 MB of 100/,
    );
    // What was given up shows only when garbage has been collected.
    use = useOf({ heap: [86, 100], resident: [100, 1000], collections: 5 });
    expect(room.admits('vector')).toBe(true);
    use = useOf({ heap: [86, 100], resident: [100, 1000], collections: 6 });
    expect([room.admits('vector'), room.stateOf('vector')]).toEqual([false, 'partial']);
    expect([problems.length, room.lacking]).toEqual([2, 2]);
    expect(room.problem).toBe(problems.join(' '));
  });

  it('is taken from vectors when the process reaches the limit of its container', () => {
    const room = roomFor('lexical', 'vector');
    use = useOf({ heap: [20, 100], resident: [900, 1000] });
    expect([room.admits('lexical'), room.admits('vector'), room.stateOf('vector')]).toEqual([true, false, 'none']);
  });

  it('is never planned again for what was given up', () => {
    const room = roomFor('lexical');
    room.plan(extentOf(30));
    room.plan(extentOf(1));
    expect([room.stateOf('lexical'), room.admits('lexical')]).toEqual(['none', false]);
  });
});

interface Megabytes {
  readonly heap: readonly [used: number, limit: number];
  readonly resident: readonly [used: number, limit: number];
  readonly collections?: number;
}

function useOf({ heap, resident, collections = 0 }: Megabytes): MemoryUse {
  const fill = ([used, limit]: readonly [number, number]) => ({ usedBytes: used * MB, limitBytes: limit * MB });
  return { heap: fill(heap), resident: fill(resident), collections };
}
