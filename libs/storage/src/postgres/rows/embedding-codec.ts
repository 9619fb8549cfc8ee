const DENSE = 0;
const SPARSE_16 = 1;
const SPARSE_32 = 2;
const FLOAT_BYTES = 4;
/** Format byte and dimension. */
const SPARSE_HEADER_BYTES = 5;

/**
 * Encodes an embedding bit-exactly; the first byte is the format (all little-endian): 0 = every component as float32; 1
 * and 2 = dimension (uint32), then the positions of the non-zero components (uint16 or uint32), then these components.
 * The shorter form is used: feature hashing leaves most components of a short text at zero.
 */
export function encodeEmbedding(vector: Float32Array): Buffer {
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let count = 0;
  for (let index = 0; index < bits.length; index++) if (bits[index] !== 0) count += 1;
  const indexBytes = vector.length <= 0x10000 ? 2 : 4;
  const sparseLength = SPARSE_HEADER_BYTES + count * (indexBytes + FLOAT_BYTES);
  return sparseLength < 1 + vector.length * FLOAT_BYTES ? encodeSparse(bits, count, indexBytes) : encodeDense(bits);
}

/** @throws RangeError when the bytes are not an embedding. */
export function decodeEmbedding(bytes: Buffer): Float32Array {
  const format = bytes[0];
  if (format === DENSE) return decodeDense(bytes);
  if (format === SPARSE_16 || format === SPARSE_32) return decodeSparse(bytes, format === SPARSE_16 ? 2 : 4);
  throw new RangeError(`unknown embedding format ${format ?? 'of no bytes'}`);
}

function encodeDense(bits: Uint32Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + bits.length * FLOAT_BYTES);
  bytes[0] = DENSE;
  let offset = 1;
  for (const word of bits) offset = bytes.writeUInt32LE(word, offset);
  return bytes;
}

function encodeSparse(bits: Uint32Array, count: number, indexBytes: 2 | 4): Buffer {
  const bytes = Buffer.allocUnsafe(SPARSE_HEADER_BYTES + count * (indexBytes + FLOAT_BYTES));
  bytes[0] = indexBytes === 2 ? SPARSE_16 : SPARSE_32;
  bytes.writeUInt32LE(bits.length, 1);
  let indexOffset = SPARSE_HEADER_BYTES;
  let valueOffset = SPARSE_HEADER_BYTES + count * indexBytes;
  for (let index = 0; index < bits.length; index++) {
    const word = bits[index] ?? 0;
    if (word === 0) continue;
    indexOffset = indexBytes === 2 ? bytes.writeUInt16LE(index, indexOffset) : bytes.writeUInt32LE(index, indexOffset);
    valueOffset = bytes.writeUInt32LE(word, valueOffset);
  }
  return bytes;
}

function decodeDense(bytes: Buffer): Float32Array {
  const dimension = (bytes.length - 1) / FLOAT_BYTES;
  if (!Number.isInteger(dimension)) throw new RangeError('an embedding was cut off');
  const vector = new Float32Array(dimension);
  for (let index = 0; index < dimension; index++) vector[index] = bytes.readFloatLE(1 + index * FLOAT_BYTES);
  return vector;
}

function decodeSparse(bytes: Buffer, indexBytes: 2 | 4): Float32Array {
  const count = (bytes.length - SPARSE_HEADER_BYTES) / (indexBytes + FLOAT_BYTES);
  if (!Number.isInteger(count) || count < 0) throw new RangeError('an embedding was cut off');
  const vector = new Float32Array(bytes.readUInt32LE(1));
  const values = SPARSE_HEADER_BYTES + count * indexBytes;
  for (let entry = 0; entry < count; entry++) {
    const index = bytes.readUIntLE(SPARSE_HEADER_BYTES + entry * indexBytes, indexBytes);
    vector[index] = bytes.readFloatLE(values + entry * FLOAT_BYTES);
  }
  return vector;
}
