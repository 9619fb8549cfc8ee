import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@sfm/config';
import { batchingOf } from './batching.js';

describe('batchingOf', () => {
  const batching = (environment: Record<string, string>) =>
    batchingOf(loadConfig({ POSTGRES_POOL_SIZE: '9', ...environment }));

  it('lets few large batches run at once', () => {
    expect(batching({})).toMatchObject({ maxBatch: 64, maxInFlight: 3 });
    expect(batching({ SOMA_WRITE_BATCH_SIZE: '200' })).toMatchObject({ maxBatch: 200, maxInFlight: 3 });
  });

  it('lets as many single writes run at once as there are connections', () => {
    expect(batching({ SOMA_WRITE_BATCH_SIZE: '1' })).toMatchObject({ maxBatch: 1, maxInFlight: 9 });
  });
});
