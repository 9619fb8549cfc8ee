import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Lets the client compress with gzip's quickest level. Batches of events become a tenth larger than with the default one,
 * and are made in a third of the time, which is a good part of what publishing an event takes.
 *
 * The client keeps one codec of a kind for the whole process.
 */
export function useQuickGzip(): void {
  const codec = {
    compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, { level: constants.Z_BEST_SPEED }),
    decompress: (bytes: Buffer) => decompress(bytes),
  };
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => codec;
}
