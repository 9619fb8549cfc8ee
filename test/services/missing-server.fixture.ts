import { describe, expect, it } from '@jest/globals';
import { describeWith } from './availability.js';
import { ServerUnavailable } from './server-process.js';

// Run by availability.spec.ts with an address at which nobody listens, and a program that nobody installed.
const describeReal = await describeWith(['redis'], {
  tool: () => Promise.reject(new ServerUnavailable('it is not installed')),
});

describeReal('with a Redis and a program', () => {
  it('is not run without them', () => {
    expect(true).toBe(false);
  });
});

describe('without either', () => {
  it('runs', () => {
    expect(true).toBe(true);
  });
});
