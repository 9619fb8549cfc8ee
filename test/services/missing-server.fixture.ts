import { describe, expect, it } from '@jest/globals';
import { describeWith } from './availability.js';

// Run by availability.spec.ts with an address at which nobody listens.
const describeReal = await describeWith(['redis']);

describeReal('with a Redis', () => {
  it('is not run without one', () => {
    expect(true).toBe(false);
  });
});

describe('without a server', () => {
  it('runs', () => {
    expect(true).toBe(true);
  });
});
