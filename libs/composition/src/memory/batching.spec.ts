import { describe, expect, it } from '@jest/globals';
import { batchingOf } from './batching.js';

describe('batchingOf', () => {
  const CONNECTIONS = 9;

  it('lets few large batches run at once', () => {
    expect(batchingOf({}, CONNECTIONS)).toMatchObject({ maxBatch: 64, maxInFlight: 3 });
    expect(batchingOf({ maxBatch: 200 }, CONNECTIONS)).toMatchObject({ maxBatch: 200, maxInFlight: 3 });
  });

  it('lets as many single writes run at once as there are connections', () => {
    expect(batchingOf({ maxBatch: 1 }, CONNECTIONS)).toMatchObject({ maxBatch: 1, maxInFlight: 9 });
  });
});
