import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Makes the client compress with gzip's fastest level. Batches of events become a tenth larger than at the default
 * level but take a third of the time to compress, which is a good part of the cost of publishing an event.
 *
 * The client keeps one codec per compression type for the whole process.
 */
export function useQuickGzip(): void {
  const codec = {
    compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, { level: constants.Z_BEST_SPEED }),
    decompress: (bytes: Buffer) => decompress(bytes),
  };
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => codec;
}
