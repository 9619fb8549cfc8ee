import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { useQuickGzip } from './quick-gzip.js';

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const events = Buffer.from(
  Array.from({ length: 100 }, (_, n) => JSON.stringify({ event_id: n, text: `event ${n * 7919} of many` })).join(),
);

describe('the gzip of the Kafka client', () => {
  it('is the quickest one, and reads what others wrote', async () => {
    useQuickGzip();
    const codec = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP]() as Codec;
    const compressed = await codec.compress({ buffer: events });
    expect(await codec.decompress(compressed)).toEqual(events);
    expect(compressed).toEqual(gzipSync(events, { level: 1 }));
    expect(await codec.decompress(gzipSync(events, { level: 9 }))).toEqual(events);
  });
});
