import { expect, it } from '@jest/globals';
import { MemoryWatch } from './memory-watch.js';

it('warns once when four fifths of the memory are used, and says when there is enough again', () => {
  const said: unknown[] = [];
  let usedBytes = 0;
  const MB = 1024 * 1024;
  const room = {
    get use() {
      return {
        heap: { usedBytes, limitBytes: 100 * MB },
        resident: { usedBytes: 10 * MB, limitBytes: 100 * MB },
        collections: 0,
      };
    },
  };
  const watch = new MemoryWatch(room, { log: (line) => said.push(line), warn: (line) => said.push(line) });
  for (const percent of [79, 80, 90, 78, 74, 79, 81]) {
    usedBytes = percent * MB;
    watch.look();
  }
  expect(said).toEqual([
    {
      msg: expect.stringContaining('memory is nearly used up: raise the limit'),
      heap: '80 % of 100 MB',
      process: '10 % of 100 MB',
    },
    { msg: 'there is enough memory again', heap: '74 % of 100 MB', process: '10 % of 100 MB' },
    expect.objectContaining({ heap: '81 % of 100 MB' }),
  ]);
});
