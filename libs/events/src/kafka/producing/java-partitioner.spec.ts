import { describe, expect, it } from '@jest/globals';
import { javaPartitioner } from './java-partitioner.js';

/** Many partitions, so that the partition is the hash. */
const PARTITIONS = Array.from({ length: 1000 }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

describe('javaPartitioner', () => {
  // Hashes of the Java client's own tests (UtilsTest.testMurmur2).
  it.each([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ])('puts %s where the Java client does', (key, hash) => {
    const partition = javaPartitioner()({ topic: 't', partitionMetadata: PARTITIONS, message: { key, value: '' } });
    expect(partition).toBe((hash & 0x7fffffff) % PARTITIONS.length);
  });
});
