import { describe, expect, it } from '@jest/globals';
import type { Message } from 'kafkajs';
import { chunkMessages } from './message-chunks.js';

const message = (bytes: number): Message => ({ key: 'k', value: 'x'.repeat(bytes), headers: { h: ['a', 'b'] } });
const sizes = (...bytes: number[]) =>
  chunkMessages(bytes.map(message), (each) => each).map((chunk) => chunk.map(({ value }) => value?.length));

describe('chunkMessages', () => {
  it('keeps ordinary batches whole', () => {
    expect(sizes(...Array<number>(500).fill(500))).toHaveLength(1);
  });

  it('divides in order before a chunk becomes larger than brokers take', () => {
    expect(sizes(400_000, 400_000, 400_000)).toEqual([[400_000, 400_000], [400_000]]);
  });

  it('leaves a message that is too large alone', () => {
    expect(sizes(10, 2_000_000, 20)).toEqual([[10], [2_000_000], [20]]);
  });

  it('makes nothing of nothing', () => {
    expect(sizes()).toEqual([]);
  });
});
