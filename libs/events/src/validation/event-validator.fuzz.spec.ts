import { expect, it } from '@jest/globals';
import { LINEAR_GROWTH, timeGrowth } from '@sfm/memory/testing';
import fc from 'fast-check';
import { fuzzing, hostileText, REPEATED } from '../../../../test/services/fuzzing.js';
import { EventValidator } from './event-validator.js';

const validator = new EventValidator();
const NAMES = ['id', 'event_id', 'namespace', 'type', 'timestamp', 'importance', 'payload', 'surprise'];

it('an event of any form is accepted, or refused with a reason', () => {
  const anything = fc.anything({ key: hostileText, values: [hostileText, fc.double(), fc.constant(null)] });
  fc.assert(
    fc.property(fc.oneof(anything, fc.dictionary(fc.constantFrom(...NAMES), anything)), (event) => {
      const problem = validator.problem(event);
      expect(problem === null).toBe(validator.accepts(event));
      expect(problem).not.toBe('');
    }),
    fuzzing(),
  );
});

it.each(NAMES)('%s of one part over and over takes time in proportion to its length', async (name) => {
  for (const { start, unit, end } of REPEATED) {
    const work = (size: number) => validator.problem({ [name]: start + unit.repeat(size) + end });
    const growth = await timeGrowth(work, 1000);
    expect({ unit, isLinear: growth < LINEAR_GROWTH, growth }).toEqual({ unit, isLinear: true, growth });
  }
});
